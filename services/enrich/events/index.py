"""The reports that a new one is compared with: those of the last days that share rare terms with it."""

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import terms_of

OPEN = timedelta(days=14)
"""How long a report is compared with, and terms are counted."""
MOST_REPORTS = 50_000
MOST_OF_A_TERM = 200
"""Of the reports that share a term the latest so many are looked at: what more share is not rare."""
_LEAST = 50_000
"""Cosine in millionths below which two reports are strangers."""


class Postings:
    """The latest reports that have a term, with its weight in each. Those that left stay until they are
    written over, or all have left.
    """

    def __init__(self) -> None:
        self._numbers = array("q")
        self._weights = array("q")

    @property
    def latest(self) -> int:
        return self._numbers[-1]

    def add(self, number: int, weight: int) -> None:
        if len(self._numbers) >= 2 * MOST_OF_A_TERM:
            del self._numbers[:-MOST_OF_A_TERM], self._weights[:-MOST_OF_A_TERM]
        self._numbers.append(number)
        self._weights.append(weight)

    def numbers(self) -> npt.NDArray[np.int64]:
        return np.array(self._numbers[-MOST_OF_A_TERM:], np.int64)

    def weights(self) -> npt.NDArray[np.int64]:
        return np.array(self._weights[-MOST_OF_A_TERM:], np.int64)


class Index:
    """In order of arrival."""

    def __init__(self) -> None:
        self.rarity = Rarity()
        self._reports: OrderedDict[int, EventReport] = OrderedDict()
        self._with: dict[str, Postings] = {}
        self._numbers: dict[str, int] = {}
        """By story."""
        self.latest: datetime | None = None

    def next_number(self) -> int:
        return next(reversed(self._reports)) + 1 if self._reports else 0

    def put(self, kept: EventReport) -> Iterator[EventReport]:
        """Take a report in; gives those that leave for it."""
        self._reports[kept.number] = kept
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

    def near(self, new: EventReport) -> list[tuple[EventReport, int]]:
        """Reports that are no strangers, with the cosine, in order of arrival."""
        since = max(new.seen_at, self.latest or new.seen_at) - OPEN
        return [
            (old, likeness)
            for number, likeness in self._likenesses(new)
            if (old := self._reports.get(number)) is not None and old.seen_at >= since
        ]

    def _likenesses(self, new: EventReport) -> list[tuple[int, int]]:
        """Numbers of reports that are no strangers, ascending, with the cosine."""
        shared = [(weight, self._with[term]) for term, weight in new.words.items() if term in self._with]
        if not shared:
            return []
        numbers = np.concatenate([postings.numbers() for _, postings in shared])
        weights = np.concatenate([weight * postings.weights() for weight, postings in shared])
        first = int(numbers.min())
        # Sums of whole numbers below 2**53, so that a float holds each of them exactly.
        sums = np.bincount(numbers - first, weights)
        kin = np.flatnonzero(sums >= _LEAST)
        return list(zip((kin + first).tolist(), sums[kin].astype(np.int64).tolist(), strict=True))

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
        self.rarity.discount(terms_of(old))
        for term in old.words:
            postings = self._with.get(term)
            if postings is not None and postings.latest <= old.number:
                del self._with[term]
