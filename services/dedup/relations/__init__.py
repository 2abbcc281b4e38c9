"""What two versions are to each other, and the words that prove it."""
