"""How fast a recording is played: its moments in wall-clock time. Speed changes no byte of what comes out."""

import asyncio
from datetime import datetime
from math import inf
from typing import NamedTuple

from services.stream.clock import Clock


class Pace(NamedTuple):
    """How the recording's time runs."""

    speed: float = 0.0
    """So many times as fast as it was recorded; 0 is as fast as possible."""
    most_gap_s: float = inf
    """Longest wait from one item to the next, in seconds of the wall clock."""


AT_ONCE = Pace()


class Beat:
    """Says when an item's moment has come. Moments are asked for in order."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._pace = pace
        self._clock = clock
        self._last: tuple[datetime, float] | None = None
        """The latest moment that has come, and when it was due."""

    async def reached(self, at: datetime, deadline: float, *, wait: bool) -> bool:
        """Whether the moment has come; with `wait` it may come until the deadline."""
        if self._pace.speed <= 0:
            return True
        due = self._due(at)
        left = due - self._clock.monotonic()
        if left > 0:
            room = deadline - asyncio.get_running_loop().time()
            if not wait or room <= 0:
                return False
            await self._clock.sleep(min(left, room))
            if left > room:
                return False
        self._last = (at, due)
        return True

    def _due(self, at: datetime) -> float:
        if self._last is None:
            return self._clock.monotonic()
        last, due = self._last
        gap_s = max(0.0, (at - last).total_seconds()) / self._pace.speed
        return due + min(gap_s, self._pace.most_gap_s)
