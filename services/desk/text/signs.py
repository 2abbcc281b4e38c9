"""Signs that a page would hide or be turned round by, shown as boxes instead. Pure.

One code point stands for one: offsets on the screen are those of the record.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_PICTURES = 0x2400
"""Where Unicode has pictures of the control characters 0 to 31."""
_HIDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls but tab and line feed, marks and overrides of direction, halves of surrogate pairs."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Run(NamedTuple):
    """Text, or one sign that hides: `code` says which, and `text` stands in for it."""

    text: str
    code: str = ""
    name: str = ""


def runs(text: str) -> Iterator[Run]:
    """In order; as many code points as the text has."""
    at = 0
    for match in _HIDING.finditer(text):
        if match.start() > at:
            yield Run(text[at : match.start()])
        yield _box(match.group())
        at = match.end()
    if at < len(text):
        yield Run(text[at:])


def hides(text: str) -> bool:
    """Whether there is a sign in it that must be shown as a box."""
    return _HIDING.search(text) is not None


def legible(text: str) -> str:
    """The same with stand-ins alone, for titles of pages and attributes, where no box can be drawn."""
    return _HIDING.sub(lambda match: _box(match.group()).text, text)


def _box(sign: str) -> Run:
    point = ord(sign)
    picture = chr(_PICTURES + point) if point < 0x20 else _REPLACEMENT
    if 0xD800 <= point <= 0xDFFF:
        name = "half of a surrogate pair"
    else:
        name = unicodedata.name(sign, "control character").lower()
    return Run(picture, f"{point:04X}", name)
