"""`newsfold explain`: what an article is to others, or two articles are to each other, as it was decided."""
