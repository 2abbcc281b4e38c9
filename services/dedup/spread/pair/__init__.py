"""Pair: texts that share keys, laid side by side."""
