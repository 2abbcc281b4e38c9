"""`newsfold record`."""
