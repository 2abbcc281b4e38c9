"""The earlier reports that a new one is laid beside, a column for each thing that is asked of all of them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport

_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)
Column = npt.NDArray[np.int64]
Columns = npt.NDArray[np.int64]
NUMBER, COSINE, AFFINITY, TOLD, CROWD, SEEN, DATE = range(7)
"""What stands where of a report: the three between as in `Likeness`; then its crowd, when it was seen, in
microseconds since 1970, and the ordinal of that day, as it is counted where the report was seen.
"""


def microseconds(at: datetime) -> int:
    """Since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


class Likeness(NamedTuple):
    """An earlier report that is no stranger."""

    report: EventReport
    cosine: int
    """By what is news in either, in millionths: see `reports.likeness`."""
    affinity: int
    """Likeness by what is rarest alone, in millionths: the cosine of the weights squared. What
    everybody writes of has common words, and an affair has names of its own.
    """
    told: int = 0
    """What the headlines say that both reports tell: see `reports.told`."""


class Reports(NamedTuple):
    """All that are at hand."""

    by_number: Mapping[int, EventReport]
    """In order of arrival."""
    stories: Mapping[str, int]
    """Their numbers, by story."""


class Neighbours(NamedTuple):
    """In order of arrival. Most are looked at in their columns alone: few of them are of one happening."""

    columns: Columns
    """A row for each thing, at the places that are named above."""
    all: Reports

    @property
    def numbers(self) -> Column:
        """Of the reports."""
        return self.columns[NUMBER, :]

    def like(self, place: int) -> Likeness:
        item = self.columns.item
        return Likeness(self.report(place), item(COSINE, place), item(AFFINITY, place), item(TOLD, place))

    def report(self, place: int) -> EventReport:
        return self.all.by_number[self.columns.item(NUMBER, place)]

    def places_of(self, numbers: Iterable[int]) -> list[int]:
        """Of reports by their numbers, those that are among them."""
        wanted = np.fromiter(numbers, np.int64)
        if not len(self.numbers):
            return []
        places = self.numbers.searchsorted(wanted).clip(max=len(self.numbers) - 1)
        found: list[int] = places[self.numbers[places] == wanted].tolist()
        return found


def row_of(like: Likeness) -> tuple[int, ...]:
    """What is in the columns."""
    old = like.report
    return (
        old.number,
        like.cosine,
        like.affinity,
        like.told,
        old.crowd,
        microseconds(old.seen_at),
        old.seen_at.toordinal(),
    )
