"""A version as the later stages see it: its shingles, how novel each is, its figures, its title."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from services.contracts import wire
from services.contracts.articles import Article
from services.dedup import kernels
from services.dedup.search.novelty import Days
from services.dedup.text.boxes import boxed_words, boxes
from services.dedup.text.figures import Figure, figures
from services.dedup.text.shingles import Hashes, Numbers, Places, Shingles, among, distinct, numbered, shingle
from services.dedup.text.words import folded, split

NEVER_EVIDENCE = 255
_WORD_BYTES = 130  # of CPython 3.11 on 64 bits, measured with tracemalloc


class Profile(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One version, ready to be compared. `days` stands beside `unique`."""

    article: Article
    at_us: int
    words: int
    shingles: Shingles
    unique: Hashes
    """Distinct wide shingles, sorted."""
    numbers: Numbers
    days: Days
    """On how many earlier days each was seen; 255 inside teaser and rights boxes."""
    unspaced: bool
    """Words are not parted by blanks: a word is a character."""
    title: frozenset[str]
    """Content words of the title."""

    @property
    def rank(self) -> tuple[int, str]:
        return self.at_us, self.article.article_id

    @property
    def figures(self) -> tuple[Figure, ...]:
        return figures(self.article.text)

    @property
    def nbytes(self) -> int:
        nbytes = self.shingles.wide.nbytes + self.unique.nbytes + self.numbers.nbytes + self.days.nbytes
        return nbytes + _WORD_BYTES * len(self.title)

    def at(self, article: Article) -> "Profile":
        """The same text where it is shown now."""
        return msgspec.structs.replace(self, article=article)

    def fresh(self, least: int) -> npt.NDArray[np.bool_]:
        """Mask over `unique`: seen on fewer than `least` earlier days."""
        return self.days < least


class Reading(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A text folded and shingled, before its novelty is known."""

    words: int
    shingles: Shingles
    """The wide ones."""
    narrow: Hashes
    """The narrow ones outside of boxes, in text order."""
    around: Numbers
    """Of each of them the number of the wide one in the middle of which it stands; nothing where none is."""
    unique: Hashes
    numbers: Numbers
    boxed: npt.NDArray[np.bool_]
    """Beside `unique`: wholly or partly inside a teaser or rights box."""


def read(text: str) -> Reading:
    return read_all([text])[0]


def read_all(texts: Sequence[str]) -> list[Reading]:
    """Step by step, each of all texts."""
    compiled = kernels.module("profile")
    known = [split(text) for text in texts]
    boxed = [boxes(text) for text in texts]
    return [
        _read(text) if compiled is None or words is None else compiled.reading(words, inside)
        for text, words, inside in zip(texts, known, boxed, strict=True)
    ]


def _read(text: str) -> Reading:
    joined = folded(text)
    words = joined.count(" ") + 1 if joined else 0
    shingles = shingle(joined)
    unique, numbers = numbered(shingles.wide)
    inside = boxed_words(text, words)
    around = _around(len(shingles.narrow), numbers)
    if inside is None:
        unboxed = np.zeros(len(unique), bool)
        held = shingles.without_narrow()
        return Reading(words, held, shingles.narrow, around, unique, numbers, unboxed)
    wide, narrow = _outside(shingles, inside)
    return Reading(
        words,
        shingles.without_narrow(),
        shingles.narrow[narrow],
        around[narrow] if len(around) else around,
        unique,
        numbers,
        ~among(unique, distinct(shingles.wide[wide])),
    )


def evidence(reading: Reading, days: Days, least: int) -> Hashes:
    """The distinct narrow shingles that are evidence, by the days of the wide ones: these were seen on fewer
    than `least`. All are where most are not: what comes back whole is found by the whole.
    """
    compiled = kernels.module("profile")
    if compiled is not None:
        found: Hashes = compiled.evidence(reading.narrow, reading.around, days, least)
        return found
    if not len(reading.around):
        return distinct(reading.narrow)
    novel = reading.narrow[days[reading.around] < least]
    return distinct(reading.narrow if 2 * len(novel) < len(reading.narrow) else novel)


def _around(narrow: int, numbers: Numbers) -> Numbers:
    """A wide shingle begins a word before the narrow one in its middle, but at the ends of a text."""
    if not len(numbers):
        return numbers
    return numbers[np.clip(np.arange(-1, narrow - 1), 0, len(numbers) - 1)]


def _outside(shingles: Shingles, inside: Places) -> tuple[Places, Places]:
    """Which wide and which narrow shingles have none of their words inside a box."""
    before = np.concatenate(([0], np.cumsum(inside)))
    wide, narrow = np.arange(len(shingles.wide)), np.arange(len(shingles.narrow))
    ends, ends_narrow = shingles.ends(wide), shingles.ends(narrow, narrow=True)
    return before[ends] == before[wide], before[ends_narrow] == before[narrow]


def first_seen_us(article: Article) -> int:
    """Microseconds since 1970."""
    return wire.microseconds(article.first_seen_at)


def weighed(reading: Reading, days: Days) -> Days:
    """`days`, on which each of `reading.unique` was seen, but for what stands in boxes."""
    if np.count_nonzero(reading.boxed):
        return np.where(reading.boxed, np.uint8(NEVER_EVIDENCE), days)
    return days


def profile(article: Article, reading: Reading, days: Days) -> Profile:
    """`days`: on how many earlier days each of `reading.unique` was seen."""
    days = weighed(reading, days)
    return Profile(
        article=article,
        at_us=first_seen_us(article),
        words=reading.words,
        shingles=reading.shingles,
        unique=reading.unique,
        numbers=reading.numbers,
        days=days,
        unspaced=reading.shingles.unspaced,
        title=frozenset(
            word for word in folded(article.title).split(" ") if len(word) > 3 or not word.isascii()
        ),
    )
