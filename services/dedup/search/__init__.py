"""Which versions share enough to be worth an exact look."""
