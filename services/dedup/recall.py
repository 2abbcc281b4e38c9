"""The fold's parts where everything was found out beforehand: they recall what others read, join and sign.

What was not foreseen of a pair is found out here and now, by the texts; what was not of the order of reading
cannot be, for the days that are counted would be others: `Unforeseen`.
"""

from array import array
from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

import numpy as np

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.sketches import Remembered, Sketch
from services.dedup.foresight import Foresight, Rows, Signing, Unforeseen
from services.dedup.reader import Read
from services.dedup.search.index import NO_PARTIALS, Partials
from services.dedup.search.lookup import Signed
from services.dedup.search.profile import Profile, first_seen_us
from services.dedup.search.route import Block, Numbers
from services.dedup.search.sketch import Keys
from services.dedup.search.traces import Trace
from services.dedup.text.screens import Screen
from services.dedup.window import profile_of
from services.stream.service import Parts

_HEAD_BYTES = 1_000
_NEVER = -1


class LateProfile:
    """What a version is compared by, made of its text once more is asked of it than which article it is."""

    def __init__(self, article: Article, seen: bytes, **known: int) -> None:
        self.article = article
        self.at_us = first_seen_us(article)
        self.nbytes = _HEAD_BYTES + 4 * len(article.text)
        self._seen, self._known = seen, known
        vars(self).update(known)

    @property
    def rank(self) -> tuple[int, str]:
        return self.at_us, self.article.article_id

    def at(self, article: Article) -> Profile:
        return late_profile(article, self._seen, **self._known)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    @cached_property
    def _whole(self) -> Profile:
        return profile_of(self.article, self._seen)


def late_profile(article: Article, seen: bytes, **known: int) -> Profile:
    return cast(Profile, LateProfile(article, seen, **known))


class Recall:
    """Reads nothing: fills in what was read beforehand, in the same order."""

    def __init__(self, foresight: Foresight) -> None:
        self._foresight = foresight
        self._day = 0
        self._read = 0

    def advance(self, day: int) -> None:
        """Raises `Unforeseen` where days before were to have more texts."""
        awaited = self._foresight.read_before(day)
        if self._read != awaited:
            raise Unforeseen(f"{self._read} texts were read before day {day}, not {awaited}")
        self._day = day

    def read(self, batch: Sequence[Read]) -> None:
        """Raises `Unforeseen`."""
        for item in batch:
            row = self._foresight.row(item.article.version_id, wire.microseconds(item.seen_at))
            signing = None if row is None else self._foresight.signing(row)
            if row is None or signing is None or (signing.day, signing.counted) != self._awaited(item):
                raise Unforeseen(f"{item.article.url} was not to be read on day {self._day}")
            self._read += 1
            fill(item, signing, row)

    def sign_again(self, record: Remembered, article: Article) -> Signed:
        """Raises `Unforeseen`."""
        first = record.article
        row = self._foresight.row(first.version_id, first_seen_us(first))
        signing = None if row is None else self._foresight.signing(row)
        if row is None or signing is None or signing.sketch is None:
            raise Unforeseen(f"{first.url} was not to be shown again")
        return _signed(article, signing, signing.sketch, row)

    def traces(self, records: Sequence[Remembered]) -> list[Trace]:
        """Raises `Unforeseen`: what came behind them was foreseen, without them."""
        if records:
            raise Unforeseen("the state of an earlier run stands in the log")
        return []

    def _awaited(self, item: Read) -> tuple[int, bool]:
        return self._day, item.counted or first_seen_us(item.article) // 86_400_000_000 >= self._day


def fill(item: Read, signing: Signing, key: int) -> None:
    """What it says, as it was found out; `key`: the one by which it is found."""
    item.counted = signing.counted
    item.seen = signing.seen
    if item.screened is None and signing.screened is not None:
        item.screened = Screen(*signing.screened)
    if item.screened or signing.sketch is None:
        return
    if item.current is None:
        item.note = signing.note
    item.signed = _signed(item.article, signing, signing.sketch, key)


def _signed(article: Article, signing: Signing, sketch: Sketch, key: int) -> Signed:
    made = late_profile(article, signing.seen, words=signing.words)
    return Signed(made, sketch, Keys(np.array([key], np.uint64), 0, signing.samples))


class Join:
    """Joins nothing: the one key of a version is its row, and with whom it shares keys was found out."""

    def __init__(self, foresight: Foresight) -> None:
        self._foresight = foresight
        self._numbers: Rows = np.full(foresight.rows, _NEVER, np.int64)
        """By row."""
        self._at = array("q")
        """By number."""

    def find(self, block: Block) -> Partials:
        self.insert(block)
        parts = [
            self._neighbours(number, int(row))
            for number, row in zip(block.versions.tolist(), block.keys, strict=True)
        ]
        some = [part for part in parts if len(part.first)]
        return Partials(*map(np.concatenate, zip(*some, strict=True))) if some else NO_PARTIALS

    def _neighbours(self, number: int, row: int) -> Partials:
        """Of those that came before."""
        rows, counts = self._foresight.neighbours(row)
        others = self._numbers[rows]
        there = np.flatnonzero((others != _NEVER) & (others < number))
        there = there[np.argsort(others[there])]
        return Partials(others[there], np.full(len(there), number, np.int64), counts[there])

    def insert(self, block: Block) -> None:
        self._numbers[block.keys.astype(np.int64)] = block.versions
        missing = int(block.versions[-1]) + 1 - len(self._at)
        self._at.extend([0] * missing)
        np.asarray(self._at)[block.versions] = block.at_us

    def evict(self, numbers: Numbers) -> None:
        """Who is there is asked of the search."""

    def at_us(self, numbers: Numbers) -> Numbers:
        return np.frombuffer(self._at, np.int64)[numbers]

    def __len__(self) -> int:
        return 0

    def nbytes(self) -> int:
        return self._numbers.nbytes + self._at.itemsize * len(self._at)

    def save(self) -> Parts:
        """Raises `Unforeseen`: with another foresight, or none, it would be no state to go on from."""
        raise Unforeseen("an image was asked of what was found out beforehand")

    def load(self, parts: Parts) -> None:  # noqa: ARG002 - whatever stands in it
        """Raises `Unforeseen`, as the fold does of what a changelog has."""
        raise Unforeseen("the state of an earlier run stands in an image")
