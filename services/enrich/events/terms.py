"""The words of a report as terms that can be counted and compared across wordings and inflections."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.enrich import kernels
from services.enrich.events.days import heads_of_days
from services.enrich.events.lexicon import STEM, Flags, Numbers, Terms, term_of

LEAD = 100
"""Words of a text that tell what it is about; the rest is detail and background."""
LONGEST = 400
"""Words of a text that are read at all: behind them stands background."""
_CHARACTERS = 8 * LONGEST
WITHIN = frozenset((" ", "-", ", ", " (", "/", "\u00a0"))
"""What stands between two words of one sentence."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
"""Scripts that put no blank between words, or put their particles onto them: read as pairs of signs."""
LETTER, CAPITAL, BARE, DIGIT = 1, 2, 4, 8
"""Kinds of signs: of words (digits too), upper case, of unspaced scripts, digits."""
_BLANK = np.uint32(ord(" "))
PLANE = 1 << 16
_NAMES_AT_HAND = 1 << 14
Places = npt.NDArray[np.intp]


class Words(NamedTuple):
    """A report cut into words, as far as it is read."""

    words: list[str]
    """Those of the title, then those of the text."""
    title: int
    """How many are the title's."""
    names: Places
    """Places of words with a capital where no sentence begins, as names have (and all nouns in German)."""
    behind: Callable[[int], str]
    """What stands behind the word of a place."""
    is_unspaced: bool


class Reading(NamedTuple):
    """The words of a report, its terms in order of first use, and how it uses them."""

    words: Sequence[str]
    title: int
    """How many words are the title's."""
    behind: Callable[[int], str]
    """What stands behind the word of a place."""
    days: list[int]
    """Places of words that may tell a day."""
    numbers: Numbers
    """Of the terms; they hold until the report was counted, and as long as it is."""
    uses: npt.NDArray[np.int64]
    """Of each term in the title, in the lead and in the rest: three rows."""
    are_names: Flags


def read(title: str, text: str, terms: Terms) -> Reading:
    fast = kernels.module("terms")
    return (fast and fast.read(title, text, terms)) or _read(title, text, terms)


def _read(title: str, text: str, terms: Terms) -> Reading:
    found = split(title, text)
    words, lead = found.words, found.title
    parts, part_lead = _parts(words, lead) if found.is_unspaced else (words, lead)
    names = {term_of(words[place]) for place in found.names.tolist()}
    days = list(_days(list(map(term_of, words))))
    numbers, places = terms.distinct(terms.numbers_of(list(map(term_of, parts))))
    return Reading(
        words,
        lead,
        found.behind,
        days,
        numbers,
        _uses(places, part_lead, len(numbers)),
        np.array([name in names for name in terms.names_of(numbers)], np.bool_),
    )


def _days(terms: Sequence[str]) -> Iterator[int]:
    """Places of those that may tell a day. A number alone is one only in front of that of a month."""
    heads = heads_of_days(STEM)
    for place, (term, then) in enumerate(zip_longest(terms, terms[1:], fillvalue=" ")):
        if term in heads and (not term[0].isdigit() or (then[0].isdigit() and len(then) <= 2)):
            yield place


@lru_cache(maxsize=_NAMES_AT_HAND)
def family_name(name: str) -> tuple[str, ...]:
    """The terms of a person's name by which it is known in any of its forms: those of its last word."""
    words = name.split()
    return terms_of_word(words[-1]) if words else ()


def terms_of_word(word: str) -> tuple[str, ...]:
    """One, or several of a word in a script that puts no blanks."""
    return tuple(map(term_of, _signs(word)))


def split(title: str, text: str) -> Words:
    whole = whole_of(title, text)
    signs = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds_of(whole, signs)
    inside = (kinds & LETTER).astype(np.bool_)
    words = np.where(inside, signs, _BLANK).tobytes().decode("utf-32-le").split()
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    body = len(title) + 2
    lead = int(np.searchsorted(edges[::2], body))
    count = min(len(words), lead + LONGEST)
    begins, ends = edges[::2], edges[1::2]

    def behind(place: int) -> str:
        stop = body - 1 if place + 1 == lead else begins[place + 1] if place + 1 < len(begins) else -1
        return whole[ends[place] : stop]

    capitals = np.flatnonzero(kinds[begins[:count]] & CAPITAL)
    before = ends[capitals - 1]
    before[capitals == lead] = body
    gaps = [whole[end:begin] for end, begin in zip(before.tolist(), begins[capitals].tolist(), strict=True)]
    within = np.fromiter(map(WITHIN.__contains__, gaps), np.bool_, len(gaps))
    return Words(
        words=words[:count],
        title=lead,
        names=capitals[within | (capitals < lead)],
        behind=behind,
        is_unspaced=bool((kinds & BARE).any()),
    )


def whole_of(title: str, text: str) -> str:
    """What is read: a word ends before its end, and the text begins two signs behind the title."""
    return f"\n{title}\n{text[:_CHARACTERS]}\n"


def _uses(places: Numbers, title: int, terms: int) -> npt.NDArray[np.int64]:
    row = np.full(len(places), 2 * terms)
    row[: title + LEAD] = terms
    row[:title] = 0
    return np.bincount(places + row, minlength=3 * terms).reshape(3, terms)


def _kinds_of(whole: str, signs: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    if signs.max() < PLANE:
        return kinds_of_signs()[signs]
    kinds = kinds_of_signs()[np.minimum(signs, PLANE - 1)]
    for place in np.flatnonzero(signs >= PLANE).tolist():
        kinds[place] = _kind(whole[place])
    return kinds


@cache
def kinds_of_signs() -> npt.NDArray[np.uint8]:
    """Of the signs of the first plane."""
    signs = list(map(chr, range(PLANE)))
    digits = np.fromiter(map(str.isdigit, signs), np.uint8, PLANE)
    letters = np.fromiter(map(str.isalnum, signs), np.uint8, PLANE)
    capitals = np.fromiter(map(str.isupper, signs), np.uint8, PLANE)
    bare = np.zeros(PLANE, np.uint8)
    bare[list(map(ord, _UNSPACED.findall("".join(signs))))] = 1
    return letters * (LETTER + CAPITAL * capitals + BARE * bare + DIGIT * digits)


def _kind(sign: str) -> int:
    return sign.isalnum() * (LETTER + CAPITAL * sign.isupper())


def _parts(words: list[str], title: int) -> tuple[list[str], int]:
    """With unspaced words in pairs of signs; and how many are the title's."""
    parts = [list(_signs(word)) for word in words]
    return [part for some in parts for part in some], sum(map(len, parts[:title]))


def _signs(word: str) -> Iterator[str]:
    if len(word) == 1 or not _UNSPACED.search(word):
        yield word
    else:
        yield from (word[place : place + 2] for place in range(len(word) - 1))
