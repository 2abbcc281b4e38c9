"""`newsfold run`: the services, and what watches them from inside."""
