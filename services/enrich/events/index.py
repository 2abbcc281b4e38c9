"""The reports that a new one is compared with: those of the last days that share rare terms with it."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import UNIT, sharpness, terms_of

OPEN = timedelta(days=14)
"""How long a report is compared with, and terms are counted."""
MOST_REPORTS = 50_000
MOST_OF_A_TERM = 200
"""Of the reports that share a term the latest so many are looked at: what more share is not rare."""
_FEW = 2
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


class Postings:
    """The latest reports that have a term, with its weight in each. Those that left stay until they are
    written over, or all have left.
    """

    def __init__(self) -> None:
        self._rows = np.empty((_FEW, 2), np.int64)
        self._length = 0

    @property
    def latest(self) -> int:
        return int(self._rows[self._length - 1, 0])

    def add(self, number: int, weight: int) -> None:
        if self._length == len(self._rows):
            kept = self._rows[-MOST_OF_A_TERM:]
            self._length = len(kept)
            self._rows = np.empty((min(2 * len(kept), 2 * MOST_OF_A_TERM), 2), np.int64)
            self._rows[: self._length] = kept
        self._rows[self._length] = number, weight
        self._length += 1

    def rows(self) -> npt.NDArray[np.int64]:
        """Number and weight of each."""
        return self._rows[max(self._length - MOST_OF_A_TERM, 0) : self._length]


class Index:
    """In order of arrival."""

    def __init__(self) -> None:
        self.rarity = Rarity()
        self._reports: OrderedDict[int, EventReport] = OrderedDict()
        self._with: dict[str, Postings] = {}
        self._sharpness: dict[int, float] = {}
        self._numbers: dict[str, int] = {}
        """By story."""
        self.latest: datetime | None = None

    def next_number(self) -> int:
        return next(reversed(self._reports)) + 1 if self._reports else 0

    def put(self, kept: EventReport) -> Iterator[EventReport]:
        """Take a report in; gives those that leave for it."""
        self._reports[kept.number] = kept
        self._sharpness[kept.number] = sharpness(kept.words)
        self._numbers[kept.story_id] = kept.number
        self.latest = max(kept.seen_at, self.latest or kept.seen_at)
        self.rarity.count(terms_of(kept))
        for term, weight in kept.words.items():
            postings = self._with.get(term)
            if postings is None:
                postings = self._with[term] = Postings()
            postings.add(kept.number, weight)
        while self._is_over(next(iter(self._reports.values()))):
            _, old = self._reports.popitem(last=False)
            self._drop(old)
            yield old

    def near(self, new: EventReport) -> list[Likeness]:
        """Reports that are no strangers, in order of arrival."""
        since = max(new.seen_at, self.latest or new.seen_at) - OPEN
        sharp = sharpness(new.words)
        return [
            Likeness(old, cosine, round(UNIT**2 * squares / (sharp * self._sharpness[number])))
            for number, cosine, squares in self._sums(new)
            if (old := self._reports.get(number)) is not None and old.seen_at >= since
        ]

    def _sums(self, new: EventReport) -> Iterable[tuple[int, int, float]]:
        """Numbers of reports that are no strangers, ascending, with the cosine and that of the squares."""
        shared = [(weight, self._with[term]) for term, weight in new.words.items() if term in self._with]
        if not shared:
            return ()
        rows = [postings.rows() for _, postings in shared]
        whole = np.concatenate(rows)
        first = int(whole[:, 0].min())
        numbers = whole[:, 0] - first
        weights = whole[:, 1] * np.repeat([weight for weight, _ in shared], [len(one) for one in rows])
        # Sums of whole numbers below 2**53, so that a float holds each of them exactly.
        cosines = np.bincount(numbers, weights)
        squares = np.bincount(numbers, weights * weights)
        kin = np.flatnonzero(cosines >= STRANGE)
        return zip(
            (kin + first).tolist(), cosines[kin].astype(np.int64).tolist(), squares[kin].tolist(), strict=True
        )

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
        del self._sharpness[old.number]
        self.rarity.discount(terms_of(old))
        for term in old.words:
            postings = self._with.get(term)
            if postings is not None and postings.latest <= old.number:
                del self._with[term]
