"""The reports that a new one is compared with: those of the last days that share rare terms with it."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich import kernels
from services.enrich.events.lexicon import Numbers
from services.enrich.events.postings import Postings
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import UNIT, Report, Vector
from services.enrich.events.reports import told as told_of
from services.enrich.events.senses import Senses, likeness
from services.enrich.events.vectors import Vectors

OPEN = timedelta(days=14)
"""How long a report is compared with, and terms are counted."""
MOST_REPORTS = 50_000
STRANGE = 50_000
"""Cosine in millionths below which two reports are strangers."""


class Likeness(NamedTuple):
    """An earlier report that is no stranger."""

    report: EventReport
    cosine: int
    """In millionths."""
    affinity: int
    """Likeness by what is rarest alone, in millionths: the cosine of the weights squared. What
    everybody writes of has common words, and an affair has names of its own.
    """
    told: int = 0
    """What the headlines say that both reports tell: see `reports.told`."""


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
        self.latest: datetime | None = None

    def next_number(self) -> int:
        return next(reversed(self._reports)) + 1 if self._reports else 0

    def put(self, new: Report) -> Iterator[EventReport]:
        """Take a report in; gives those that leave for it."""
        kept = new.kept
        self._reports[kept.number] = kept
        self._terms[kept.number] = new.terms.astype(np.int32)
        self._numbers[kept.story_id] = kept.number
        self.latest = max(kept.seen_at, self.latest or kept.seen_at)
        self.rarity.count(new.terms)
        self._vectors.put(kept.number, new.vector, next(iter(self._reports)))
        self._senses.put(kept, next(iter(self._reports)))
        self._postings.add(new.vector.terms, new.vector.weights, kept.number)
        while self._is_over(next(iter(self._reports.values()))):
            _, old = self._reports.popitem(last=False)
            self._drop(old)
            yield old

    def near(self, new: Report) -> list[Likeness]:
        """Reports that are no strangers, in order of arrival."""
        since = max(new.kept.seen_at, self.latest or new.kept.seen_at) - OPEN
        fast = kernels.module("index")
        first = next(iter(self._reports), 0)
        compared = (fast.near if fast else near)(new.vector, self._postings, self._vectors, first)
        found = [
            Likeness(old, cosine, affinity, told)
            for number, cosine, affinity, told in zip(*(column.tolist() for column in compared), strict=True)
            if (old := self._reports.get(number)) is not None and old.seen_at >= since
        ]
        return self._with_senses(new.kept, found, since) if new.kept.sense else found

    def _with_senses(self, new: EventReport, found: list[Likeness], since: datetime) -> list[Likeness]:
        """Those in other languages too that are no strangers by their senses."""
        alike = {like.report.number: like for like in found}
        for number in self._senses.near(new):
            old = self._reports.get(number)
            if old is None or old.seen_at < since or (sense := likeness(new, old)) < STRANGE:
                continue
            like = alike.get(number) or Likeness(old, 0, 0, told_of(new, old))
            alike[number] = like._replace(cosine=max(like.cosine, sense))
        return [alike[number] for number in sorted(alike)]

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

    def _drop(self, old: EventReport) -> None:
        if self._numbers.get(old.story_id) == old.number:
            del self._numbers[old.story_id]
        self._postings.forget(self.rarity.discount(self._terms.pop(old.number).astype(np.int64)))


def near(
    new: Vector, postings: Postings, vectors: Vectors, first: int
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Of each report from `first` on that is no stranger its number, ascending, and how like the new one it
    is: cosine, affinity and what is told.
    """
    numbers, weights = postings.of(new.terms, new.weights)
    rows = np.maximum(numbers - first + 1, 0)  # the first one is of all that left
    # Sums of whole numbers below 2**53, so that a float holds each of them exactly.
    cosines = np.bincount(rows, weights, minlength=1)
    squares = np.bincount(rows, weights * weights, minlength=1)
    kin = np.flatnonzero(cosines[1:] >= STRANGE) + 1
    numbers = kin + first - 1
    affinities = np.rint(
        UNIT**2 * squares[kin] / (new.sharpness * vectors.sharpness[vectors.rows_of(numbers)])
    )
    return (
        numbers,
        cosines[kin].astype(np.int64),
        affinities.astype(np.int64),
        _told(new, vectors, numbers),
    )


def _told(new: Vector, vectors: Vectors, numbers: Numbers) -> Numbers:
    """`reports.told` of each."""
    rows = vectors.rows_of(numbers)
    terms, shares = vectors.terms[rows], vectors.shares[rows]
    order = np.argsort(new.terms)
    mine = new.terms[order]
    places = np.searchsorted(mine, terms).clip(max=len(mine) - 1)
    are_shared = mine[places] == terms
    told = np.where(are_shared, new.shares[order][places], 0).sum(axis=1)
    other = np.where(are_shared, shares, 0).sum(axis=1)
    lesser: Numbers = np.minimum(told, other)
    return lesser
