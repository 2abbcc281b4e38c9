"""The article on an HTML page."""
