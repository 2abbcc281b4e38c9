"""A hundred thousand feeds of one process against a server on loopback: `python -m bench.feeds`."""
