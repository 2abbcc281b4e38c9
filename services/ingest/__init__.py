"""Feeds in, articles out.

One pure core (`decide`, `schedule`, `articles`) serves live HTTP, WARC recordings and article archives;
the shells around it fetch, read and parse, and hand over readings.
"""
