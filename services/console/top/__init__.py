"""`newsfold top`: what metrics endpoints say, as a page."""
