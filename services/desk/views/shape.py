"""What a view is: a frozen struct that a template renders and JSON encodes."""

import msgspec


class View(msgspec.Struct, frozen=True):
    """Base of all that pages show."""
