"""When to look, what a look means, and the shell that looks."""
