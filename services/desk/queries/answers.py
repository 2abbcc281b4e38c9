"""What a query can answer beside a page."""

from typing import NamedTuple


class Moved(NamedTuple):
    """It is to be found elsewhere, for good."""

    href: str


class Gone(NamedTuple):
    """It was there once."""

    what: str


class NotThere(NamedTuple):
    """The Desk knows nothing of it."""

    what: str
