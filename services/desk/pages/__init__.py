"""What is seen: templates, a stylesheet, a little script, and what they need to be told."""
