"""What a feed body is and what it lists."""
