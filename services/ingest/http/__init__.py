"""Fetching: what a server said, bounded in bytes, time and hops. The only wing that knows a socket."""
