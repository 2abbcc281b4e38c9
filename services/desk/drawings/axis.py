"""An axis of time. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 28, 91, 364)),
)
_MOST_TICKS = 5
_MARGIN = 2.0
"""Percent left free at both ends, so that a dot there is whole."""


class Tick(NamedTuple):
    x: float
    at: datetime
    day: bool
    """It stands for a day, not for a time of day."""


class Axis(NamedTuple):
    first: datetime
    last: datetime

    def x(self, at: datetime) -> float:
        """Percent of the width; whatever is outside stands at the edge."""
        width = (self.last - self.first).total_seconds()
        part = (at - self.first).total_seconds() / width if width > 0 else 0.0
        return round(_MARGIN + (100 - 2 * _MARGIN) * min(1.0, max(0.0, part)), 2)

    def ticks(self) -> Iterator[Tick]:
        """At round times, at most five."""
        width = (self.last - self.first).total_seconds()
        step = next((step for step in _STEPS if width / step < _MOST_TICKS), _round_up(width))
        at = -(-int(self.first.timestamp()) // step) * step
        while at <= self.last.timestamp():
            moment = datetime.fromtimestamp(at, UTC)
            yield Tick(self.x(moment), moment, step >= _DAY)
            at += step


def _round_up(width: float) -> int:
    return int(timedelta(days=364).total_seconds()) * (1 + int(width / _STEPS[-1] / _MOST_TICKS))
