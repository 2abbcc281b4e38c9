"""Plan: the order of decision before anything is looked at."""
