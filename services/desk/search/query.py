"""What a reader typed, as a query that the index cannot misread. Pure.

Words, "words in a row", and -words that must not be there. Every term is quoted, so that nothing typed
is an operator of the index.
"""

import re
from typing import NamedTuple

from services.desk.search.words import WORD, fold

MOST_TERMS = 12
LONGEST = 400
_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Query(NamedTuple):
    wanted: tuple[tuple[str, ...], ...]
    """Each a word, or words in a row; folded. All must be there."""
    unwanted: tuple[tuple[str, ...], ...]
    problem: str = ""
    """What was left out, in words."""

    @property
    def match(self) -> str:
        """For the index; empty where nothing is wanted."""
        if not self.wanted:
            return ""
        told = " AND ".join(map(_quoted, self.wanted))
        return f"({told}) NOT ({' OR '.join(map(_quoted, self.unwanted))})" if self.unwanted else told

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(word for phrase in self.wanted for word in phrase)


def parse(text: str) -> Query:
    wanted: list[tuple[str, ...]] = []
    unwanted: list[tuple[str, ...]] = []
    parts = list(_PART.finditer(text[:LONGEST]))
    for part in parts[:MOST_TERMS]:
        words = tuple(map(fold, WORD.findall(part.group(2) or part.group(3) or "")))
        if words:
            (unwanted if part.group(1) else wanted).append(words)
    return Query(tuple(wanted), tuple(unwanted), _problem(text, len(parts), wanted, unwanted))


def _problem(text: str, parts: int, wanted: list[tuple[str, ...]], unwanted: list[tuple[str, ...]]) -> str:
    if len(text) > LONGEST or parts > MOST_TERMS:
        return f"Only the first {MOST_TERMS} words were looked for."
    if text.strip() and not wanted:
        return "Name a word that must be there." if unwanted else "There is no word in this query."
    return ""


def _quoted(words: tuple[str, ...]) -> str:
    return '"' + " ".join(words) + '"'
