"""Fold: the order of decision, told what the others found out."""
