"""The earlier reports that a new one is laid beside, a column for each thing that is asked of all of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.contracts.events import EventReport

_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)


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


class Neighbours(NamedTuple):
    """In order of arrival. Most are looked at in their columns alone: few of them are of one happening."""

    numbers: list[int]
    """Of the reports."""
    cosines: list[int]
    affinities: list[int]
    told: list[int]
    crowds: list[int]
    seen: list[int]
    """In microseconds since 1970."""
    reports: Mapping[int, EventReport]
    """All that are at hand, by number."""
    stories: Mapping[str, int]
    """Their numbers, by story."""

    @classmethod
    def of(
        cls, columns: Sequence[list[int]], reports: Mapping[int, EventReport], stories: Mapping[str, int]
    ) -> "Neighbours":
        numbers, cosines, affinities, told, crowds, seen = columns
        return cls(numbers, cosines, affinities, told, crowds, seen, reports, stories)

    def like(self, place: int) -> Likeness:
        return Likeness(self.report(place), self.cosines[place], self.affinities[place], self.told[place])

    def report(self, place: int) -> EventReport:
        return self.reports[self.numbers[place]]

    def places(self) -> dict[int, int]:
        """By number."""
        return {number: place for place, number in enumerate(self.numbers)}


def row_of(like: Likeness) -> tuple[int, ...]:
    """What is in the columns."""
    old = like.report
    return old.number, like.cosine, like.affinity, like.told, old.crowd, microseconds(old.seen_at)
