"""The reports that a new one is compared with: those of the last days that share rare terms with it."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich import kernels
from services.enrich.events.lexicon import Numbers
from services.enrich.events.neighbours import Likeness, Neighbours, Reports, microseconds, row_of
from services.enrich.events.postings import Postings
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import MOST_BY_NEWS, UNIT, WHOLE, Report, Vector
from services.enrich.events.reports import told as told_of
from services.enrich.events.senses import Senses, likeness
from services.enrich.events.vectors import Vectors

OPEN = timedelta(days=14)
"""How long a report is compared with, and terms are counted."""
MOST_REPORTS = 50_000
LATELY = timedelta(hours=48)
"""How long a report is one of the latest, as are the last …"""
FEWEST_LATELY = 100
_COLUMNS = 7
STRANGE = 50_000
"""Cosine in millionths below which two reports are strangers."""


class Index:
    """In order of arrival."""

    def __init__(self) -> None:
        self.rarity = Rarity()
        self._reports: OrderedDict[int, EventReport] = OrderedDict()
        self._postings = Postings()
        self._vectors = Vectors()
        self._senses = Senses()
        self._terms: dict[int, npt.NDArray[np.int32]] = {}
        """All of each report, by its number."""
        self._numbers: dict[str, int] = {}
        """By story."""
        self._all = Reports(self._reports, self._numbers)
        self.latest: datetime | None = None
        self._aged = 0
        """The number of the first of the latest reports."""

    def next_number(self) -> int:
        return next(reversed(self._reports)) + 1 if self._reports else 0

    def put(self, new: Report) -> Iterator[EventReport]:
        """Take a report in; gives those that leave for it."""
        kept = new.kept
        self._reports[kept.number] = kept
        self._terms[kept.number] = new.terms.astype(np.int32)
        self._numbers[kept.story_id] = kept.number
        self.latest = max(kept.seen_at, self.latest or kept.seen_at)
        first, fast = next(iter(self._reports)), kernels.module("index")
        (fast.enter if fast else enter)(new, self.rarity, self._postings, self._vectors, first)
        self._senses.put(kept, first)
        self._age(kept.number, first)
        while self._is_over(next(iter(self._reports.values()))):
            _, old = self._reports.popitem(last=False)
            self._drop(old)
            yield old

    def near(self, new: Report) -> Neighbours:
        """Reports that are no strangers, in order of arrival."""
        since = max(new.kept.seen_at, self.latest or new.kept.seen_at) - OPEN
        fast = kernels.module("index")
        first = next(iter(self._reports), 0)
        rows = (fast.near if fast else near)(
            new.vector, self._postings, self._vectors, first, microseconds(since)
        )
        found = Neighbours(rows, self._all)
        return self._with_senses(new.kept, found, since) if new.kept.sense else found

    def _with_senses(self, new: EventReport, found: Neighbours, since: datetime) -> Neighbours:
        """Those in other languages too that are no strangers by their senses."""
        alike = {number: found.like(place) for place, number in enumerate(found.numbers.tolist())}
        for number in self._senses.near(new):
            old = self._reports.get(number)
            if old is None or old.seen_at < since or (sense := likeness(new, old)) < STRANGE:
                continue
            like = alike.get(number) or Likeness(old, 0, 0, told_of(new, old))
            alike[number] = like._replace(cosine=max(like.cosine, sense))
        rows = np.array([row_of(alike[number]) for number in sorted(alike)], np.int64)
        return Neighbours(np.ascontiguousarray(rows.reshape(-1, _COLUMNS).T), self._all)

    def knows(self, story: str) -> bool:
        """Whether a report of it was taken in lately, whatever became of the story since."""
        return story in self._numbers

    def of_stories(self, stories: Iterable[str]) -> list[EventReport]:
        """Their reports, those that left aside."""
        numbers = (self._numbers.get(story) for story in stories)
        return [self._reports[number] for number in numbers if number is not None]

    def _is_over(self, old: EventReport) -> bool:
        assert self.latest is not None
        return old.seen_at < self.latest - OPEN or len(self._reports) > MOST_REPORTS

    def _age(self, number: int, first: int) -> None:
        """Up to what is late when a report of this number came."""
        assert self.latest is not None
        self._aged, since = max(self._aged, first), self.latest - LATELY
        while number - self._aged >= FEWEST_LATELY and self._reports[self._aged].seen_at < since:
            self._age_first()

    def _age_first(self) -> None:
        fast = kernels.module("index")
        (fast.age if fast else age)(self._terms[self._aged], self.rarity)
        self._aged += 1

    def _drop(self, old: EventReport) -> None:
        if old.number == self._aged:
            self._age_first()
        if self._numbers.get(old.story_id) == old.number:
            del self._numbers[old.story_id]
        fast = kernels.module("index")
        (fast.leave if fast else leave)(self._terms.pop(old.number), self.rarity, self._postings)


def enter(new: Report, rarity: Rarity, postings: Postings, vectors: Vectors, first: int) -> None:
    """`first`: the earliest report that is wanted any more."""
    rarity.count(new.terms)
    vectors.put(new.kept, new.vector, first)
    postings.add(new.vector.terms, new.vector.weights, new.kept.number)


def age(terms: npt.NDArray[np.int32], rarity: Rarity) -> None:
    """`terms`: all of a report that is none of the latest any more."""
    rarity.age(terms)


def leave(terms: npt.NDArray[np.int32], rarity: Rarity, postings: Postings) -> None:
    """`terms`: all of a report."""
    postings.forget(rarity.discount(terms))


def near(new: Vector, postings: Postings, vectors: Vectors, first: int, since: int) -> npt.NDArray[np.int64]:
    """Of each report from `first` and from that time on that is no stranger the columns of `Neighbours`,
    by number.
    """
    numbers, weights = postings.of(new.terms, new.weights)
    places = np.maximum(numbers - first + 1, 0)  # the first one is of all that left
    # Sums of whole numbers below 2**53, so that a float holds each of them exactly.
    cosines = np.bincount(places, weights, minlength=1)
    squares = np.bincount(places, weights * weights, minlength=1)
    kin = np.flatnonzero(cosines[1:] >= STRANGE) + 1
    kin = kin[vectors.seen[vectors.rows_of(kin + first - 1)] >= since]
    numbers = kin + first - 1
    rows = vectors.rows_of(numbers)
    affinities = np.rint(UNIT**2 * squares[kin] / (new.sharpness * vectors.sharpness[rows]))
    news, told = _shared(new, vectors, rows)
    alike = np.minimum(news, cosines[kin].astype(np.int64) * MOST_BY_NEWS // WHOLE)
    columns = (alike, affinities, told, vectors.crowds[rows], vectors.seen[rows], vectors.dates[rows])
    return np.array((numbers, *(column.astype(np.int64) for column in columns)))


def _shared(new: Vector, vectors: Vectors, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Of each the cosine by news, and `reports.told`."""
    terms, shares, news = vectors.terms[rows], vectors.shares[rows], vectors.news[rows].astype(np.int64)
    order = np.argsort(new.terms)
    mine = new.terms[order]
    places = np.searchsorted(mine, terms).clip(max=len(mine) - 1)
    are_shared = mine[places] == terms
    told = np.where(are_shared, new.shares[order][places], 0).sum(axis=1)
    other = np.where(are_shared, shares, 0).sum(axis=1)
    alike = np.where(are_shared, new.news[order][places] * news, 0).sum(axis=1)
    return alike, np.minimum(told, other)
