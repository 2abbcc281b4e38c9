"""`newsfold doctor`: what is wrong, and whether anything was lost."""
