"""A text by itself: its words and shingles, its furniture, what kind of page it is."""
