"""`newsfold export` and `replay --out`: the log as files."""
