"""Words folded so that their forms and spellings meet: *Müller* is *mueller*, *Straße* *strasse*. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+")
LONGEST = 64
"""Of a longer word only its beginning is looked for."""
MOST_KEPT = 1 << 18
_ENDINGS = frozenset("innen ern en er es em in ing ed e n s".split())
_LENGTHS = (5, 3, 2, 1)
_STEM = 4
"""Signs that are left of a word at least."""
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
        folded = fold(word) if word.isalnum() else " ".join(map(fold, WORD.findall(word)))
        # One object for both where they are equal: looking up is waiting for memory, most of all.
        self[word] = folded = word if folded == word else folded
        return folded


def fold(word: str) -> str:
    """Without case, accents, and the endings of forms: the same for text and query."""
    lower = word[:LONGEST].casefold()
    if not lower.isascii():
        parts = unicodedata.normalize("NFKD", lower.translate(_SPECIAL))
        lower = "".join(part for part in parts if not unicodedata.combining(part))
    return _stem(_SPELLING.sub(lambda found: _SPELLINGS[found.group()], lower) if "e" in lower else lower)


def _stem(word: str) -> str:
    """Without its longest ending before which enough of the word is left."""
    for length in _LENGTHS:
        at = len(word) - length
        if at >= _STEM and word[at:] in _ENDINGS and word[at - _STEM : at].isalnum():
            return word[:at]
    return word


_FOLDS = _Folds()


def fold_all(words: Iterable[str]) -> str:
    """A text, split at its blanks, as the index takes it."""
    return " ".join(filter(None, map(_FOLDS.__getitem__, words)))


def places(text: str) -> Iterator[Place]:
    for found in WORD.finditer(text):
        yield Place(found.start(), found.end(), _FOLDS[found.group()])


def first_of(text: str, terms: frozenset[str]) -> int:
    """Where the first of these words begins; 0 where there is none."""
    words = WORD.findall(text)
    found = next((number for number, one in enumerate(map(_FOLDS.__getitem__, words)) if one in terms), None)
    return 0 if found is None else next(islice(WORD.finditer(text), found, None)).start()
