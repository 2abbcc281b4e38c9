"""The words of a report as terms that can be counted and compared across wordings and inflections."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

STEM = 6
"""Letters of a word that are compared: what follows is mostly inflection or the tail of a compound."""
LEAD = 100
"""Words of a text that tell what it is about; the rest is detail and background."""
LONGEST = 400
"""Words of a text that are read at all: behind them stands background."""
_CHARACTERS = 8 * LONGEST
_WORDS_AT_HAND, _USES_AT_HAND = 1 << 16, 1 << 12
_WORD = re.compile(r"([^\W_]+)")
_WITHIN = frozenset((" ", "-", ", ", " (", "/", "\u00a0"))
"""What stands between two words of one sentence."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
"""Scripts that put no blank between words, or put their particles onto them: read as pairs of signs."""


class Use(NamedTuple):
    """How a text uses a term."""

    title: int
    lead: int
    rest: int
    name: bool
    """It stands with a capital where no sentence begins, as names do (and all nouns in German)."""
    length: int
    """In letters, as far as the term goes."""
    number: bool


class Words(NamedTuple):
    """A report cut into words, as far as it is read."""

    title: list[str]
    body: list[str]
    marks: list[str]
    """What stands behind each of these words."""
    names: frozenset[str]
    """Words with a capital where no sentence begins."""


def split(title: str, text: str) -> Words:
    head = _WORD.split(title)
    pieces = _WORD.split(text[:_CHARACTERS])  # what stands before a word, and the word, in turn
    body = pieces[1 : 2 * LONGEST : 2]
    before = pieces[0 : 2 * LONGEST : 2]
    names = {word for word, mark in zip(body, before, strict=False) if word[0].isupper() and mark in _WITHIN}
    names.update(word for word in head[1::2] if word[0].isupper())
    marks = head[2::2] + pieces[2 : 2 * LONGEST + 1 : 2]
    return Words(head[1::2], body, marks, frozenset(names))


def uses(report: Words) -> dict[str, Use]:
    """Its terms, in order of first use."""
    words = _terms(report.body)
    parts = [Counter(part) for part in (_terms(report.title), words[:LEAD], words[LEAD:])]
    title, lead, rest = (part.get for part in parts)
    names = {_term(word) for word in report.names}
    return {
        term: _use(title(term, 0), lead(term, 0), rest(term, 0), term in names, len(term), term[0].isdigit())
        for term in dict.fromkeys(term for part in parts for term in part)
    }


@lru_cache(maxsize=_WORDS_AT_HAND)
def _term(word: str) -> str:
    """What a word counts as."""
    folded = word.casefold()
    return folded if folded[0].isdigit() else folded[:STEM]


_use = lru_cache(maxsize=_USES_AT_HAND)(Use)
"""Most terms of most texts are used in one of few ways."""


def _terms(words: list[str]) -> list[str]:
    if _UNSPACED.search(" ".join(words)):
        words = [part for word in words for part in _signs(word)]
    return list(map(_term, words))


def _signs(word: str) -> Iterator[str]:
    if len(word) == 1 or not _UNSPACED.search(word):
        yield word
    else:
        yield from (word[place : place + 2] for place in range(len(word) - 1))
