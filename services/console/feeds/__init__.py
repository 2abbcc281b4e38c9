"""`newsfold feeds`: what is followed, how each feed fares, and what became of its entries."""
