"""`newsfold tail`: what lies on topics, and what comes."""
