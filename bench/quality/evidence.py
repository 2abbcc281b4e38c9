"""Passages: do both offsets point at the same words, and is everything that is shared in one?"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from bench.quality.oracle import WORD
from bench.quality.outcome import Outcome, Tie
from services.contracts.articles import Article

_RUN = 8
_SOFT_HYPHEN = "\u00ad"
_TEXTS_AT_HAND = 4096


class Evidence(NamedTuple):
    """Sums over the relations of an outcome."""

    passages: int
    equal: int
    shared: int
    """Words of the newer texts that lie in a run of eight or more equal words."""
    covered: int
    """Of those, inside a passage."""

    @property
    def right(self) -> float:
        return self.equal / self.passages if self.passages else 1.0

    @property
    def coverage(self) -> float:
        return self.covered / self.shared if self.shared else 1.0


def evidence(outcome: Outcome, articles: Mapping[str, Article]) -> Evidence:
    counts = [_of(tie, articles[tie.newer].text, articles[tie.older].text) for tie in outcome.ties.values()]
    return (
        Evidence(*(sum(column) for column in zip(*counts, strict=True))) if counts else Evidence(0, 0, 0, 0)
    )


def _of(tie: Tie, text: str, other: str) -> Evidence:
    equal = 0
    covered: set[int] = set()
    places = _places(text)
    for passage in tie.passages:
        here = text[passage.start : passage.end]
        there = other[passage.other_start : passage.other_end]
        inside = 0 <= passage.start < passage.end <= len(text) and passage.other_start >= 0
        equal += inside and bool(_folded(here)) and _folded(here) == _folded(there)
        first = bisect_left(places, (passage.start, 0))
        last = bisect_left(places, (passage.end, 0))
        covered.update(number for number in range(first, last) if places[number][1] <= passage.end)
    shared = _in_runs(_words(text), _words(other))
    return Evidence(len(tie.passages), equal, len(shared), len(shared & covered))


def _folded(text: str) -> list[str]:
    """As `docs/folding.md` says: lower case, NFKC, no soft hyphens, words alone."""
    plain = unicodedata.normalize("NFKC", text.replace(_SOFT_HYPHEN, "").lower()).lower()
    return re.findall(r"\w+", plain)


@lru_cache(maxsize=_TEXTS_AT_HAND)
def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


@lru_cache(maxsize=_TEXTS_AT_HAND)
def _places(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in WORD.finditer(text)]


def _in_runs(words: list[str], others: list[str]) -> set[int]:
    """Numbers of the words in runs of eight equal words."""
    runs = {tuple(others[start : start + _RUN]) for start in range(len(others) - _RUN + 1)}
    return {
        start + step
        for start in range(len(words) - _RUN + 1)
        if tuple(words[start : start + _RUN]) in runs
        for step in range(_RUN)
    }
