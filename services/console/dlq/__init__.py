"""`newsfold dlq`: input that could not be used, looked at and sent again."""
