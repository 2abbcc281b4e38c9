"""`newsfold topics`: what the log is made of, as it is and as it must be."""
