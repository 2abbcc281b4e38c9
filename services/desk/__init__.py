"""The Desk: stories to look at, in a browser. Reads topics, never writes one."""
