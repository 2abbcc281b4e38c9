"""What a user's configuration puts into enrich."""

from typing import NamedTuple

from services.enrich.embedder import NamedEmbed
from services.enrich.extractor import NamedExtract


class Extensions(NamedTuple):
    """Functions of the user's."""

    extract: NamedExtract | None = None
    """Reads texts in the place of the rules."""
    embed: NamedEmbed | None = None


NONE = Extensions()
