"""`run --once`: polls everything once, then says that time has passed, so that nothing stays held.

Dedup goes as far as every ingest partition has promised. A feeder that is done early promised too little
for what the others brought after it; so the last thing each of them says is one common moment.
"""

from collections.abc import Sequence
from typing import Any

from services.ingest.readings import Tick
from services.stream.clock import Clock
from services.stream.service import Feeder


class Round:
    """One poll of everything: knows which feeders are through."""

    def __init__(self, feeders: int, clock: Clock) -> None:
        """`feeders`: how many there will be."""
        self._left = set(range(feeders))
        self.clock = clock
        self._closing: Tick | None = None

    def through(self, number: int) -> None:
        self._left.discard(number)

    def closing(self) -> Tick | None:
        """The common last word, once all feeders are through."""
        if self._left:
            return None
        if self._closing is None:
            self._closing = Tick(at=self.clock.now())
        return self._closing


class OnceFeeder:
    """A feeder of a `Round`: its own readings, then the common last word, then nothing more."""

    def __init__(self, feeder: Feeder, number: int, of: Round) -> None:
        self._feeder = feeder
        self._number = number
        self._round = of
        self._through = False
        self._closed = False

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Any] | None:
        if not self._through:
            readings = await self._feeder.next(max_items=max_items, timeout_s=timeout_s)
            if readings is not None:
                return readings
            self._through = True
            self._round.through(self._number)
        if self._closed:
            return None
        closing = self._round.closing()
        if closing is None:
            await self._round.clock.sleep(timeout_s)
            return []
        self._closed = True
        return [closing]

    async def close(self) -> None:
        await self._feeder.close()
