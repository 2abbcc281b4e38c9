"""`newsfold replay`: recordings through everything, and what is said at the end."""
