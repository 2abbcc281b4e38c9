"""The reports that a new one is compared with: those of the last days that share rare terms with it."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich.events.lexicon import Numbers
from services.enrich.events.postings import Postings
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import UNIT, sharpness, terms_of

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


class Index:
    """In order of arrival."""

    def __init__(self) -> None:
        self.rarity = Rarity()
        self._reports: OrderedDict[int, EventReport] = OrderedDict()
        self._postings = Postings()
        self._sharpness: dict[int, float] = {}
        self._slots: dict[int, npt.NDArray[np.int32]] = {}
        """Of the terms of each report, by its number."""
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
        slots = self.rarity.count(terms_of(kept))
        self._slots[kept.number] = slots.astype(np.int32)
        weights = np.fromiter(kept.words.values(), np.int64, len(kept.words))
        self._postings.add(slots[: len(weights)], weights, kept.number)
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
        numbers, weights = self._postings.of(*self._vector(new.words))
        before = next(iter(self._reports), 0) - 1
        rows = np.maximum(numbers - before, 0)  # the first one is of all that left
        # Sums of whole numbers below 2**53, so that a float holds each of them exactly.
        cosines = np.bincount(rows, weights)
        squares = np.bincount(rows, weights * weights)
        kin = np.flatnonzero(cosines[1:] >= STRANGE) + 1
        found = (kin + before, cosines[kin].astype(np.int64), squares[kin])
        return zip(*(column.tolist() for column in found), strict=True)

    def _vector(self, words: Mapping[str, int]) -> tuple[Numbers, Numbers]:
        """Slots and weights of the terms that are remembered."""
        slots = np.array([self.rarity.slots.get(term, -1) for term in words], np.int64)
        weights = np.fromiter(words.values(), np.int64, len(words))
        known = slots >= 0
        return slots[known], weights[known]

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
        slots = self._slots.pop(old.number).astype(np.int64)
        self._postings.forget(self.rarity.discount(slots))
