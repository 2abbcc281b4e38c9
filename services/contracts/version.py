"""The schema version of a record. Always on the wire, though a plain default would be left out there.

A reader that meets a record without one may take it for version 1.
"""


def version_1() -> int:
    return 1
