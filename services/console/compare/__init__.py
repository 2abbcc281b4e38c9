"""`newsfold compare`: what a change of rules did between two exports."""
