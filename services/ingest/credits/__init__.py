"""Who supplied the copy, and who is quoted."""
