"""Parser processes that may be killed."""
