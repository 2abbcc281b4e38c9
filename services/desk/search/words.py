"""Words folded so that their forms and spellings meet: *Müller* is *mueller*, *Straße* *strasse*. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+")
LONGEST = 64
"""Of a longer word only its beginning is looked for."""
MOST_KEPT = 1 << 18
_ENDINGS = re.compile(r"(?<=\w{4})(?:innen|ern|en|er|es|em|in|ing|ed|e|n|s)$")
_SPELLINGS = {"ae": "a", "oe": "o", "ue": "u"}
_SPELLING = re.compile("ae|oe|(?<![aeq])ue")
_SPECIAL = str.maketrans({"ß": "ss", "æ": "a", "ø": "o", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


class Place(NamedTuple):
    """A word where it stands, in code points."""

    start: int
    end: int
    folded: str


class _Folds(dict[str, str]):
    """Words with the marks around them, as they stand between blanks: few make up most of a text."""

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_KEPT:
            self.clear()
        self[word] = folded = " ".join(map(fold, WORD.findall(word)))
        return folded


def fold(word: str) -> str:
    """Without case, accents, and the endings of forms: the same for text and query."""
    lower = word[:LONGEST].casefold().translate(_SPECIAL)
    if not lower.isascii():
        parts = unicodedata.normalize("NFKD", lower)
        lower = "".join(part for part in parts if not unicodedata.combining(part))
    spelt = _SPELLING.sub(lambda found: _SPELLINGS[found.group()], lower)
    return _ENDINGS.sub("", spelt) or spelt


_FOLDS = _Folds()


def folded(text: str) -> str:
    """A text as the index takes it."""
    return " ".join(filter(None, map(_FOLDS.__getitem__, text.split())))


def places(text: str) -> Iterator[Place]:
    for found in WORD.finditer(text):
        yield Place(found.start(), found.end(), _FOLDS[found.group()])
