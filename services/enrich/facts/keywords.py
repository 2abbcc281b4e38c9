"""What a text is about, in its own words: those of the title that its body says again, and what it names."""

import re
from collections.abc import Sequence

from services.contracts.facts import Name
from services.enrich.facts.landmarks import landmarks
from services.enrich.facts.wording import words

MOST = 8
_WORD = re.compile(r"[^\W\d_][\w'-]{4,}")
_NAMES = 4


def keywords(title: str, text: str, language: str, named: Sequence[Name]) -> tuple[str, ...]:
    """Names first, then words of the title by how often the body says them."""
    shown = [name.name for name in named[:_NAMES] if name.count > 1]
    parts = {part for name in shown for part in name.casefold().split()}
    common = words("opening", language)
    body = landmarks(title, text).folded
    titled = {word.casefold(): word for word in _WORD.findall(title)}
    said = [
        (-count, word)
        for low, word in titled.items()
        if low not in parts and low not in common and (count := body.count(low))
    ]
    return tuple((*shown, *(word for _, word in sorted(said)))[:MOST])
