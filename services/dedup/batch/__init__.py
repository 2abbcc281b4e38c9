"""What a batch does with an archive before the fold: sight, sign, join, look."""
