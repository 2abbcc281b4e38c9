"""Recordings and archives as one feeder: merged in order of time, resumed where they were published.

What comes out, and in which order, depends on the files alone: not on speed, workers, batch sizes or how
often the replay was killed. A batch ends with how far each file is out and what may be promised.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from services.ingest.readings import Progress, Reading
from services.ingest.recordings.source import Item, Source
from services.ingest.service import IngestTask
from services.stream.clock import Clock, SystemClock

T = TypeVar("T")
AHEAD = 32
"""So many items of a file are read before they are asked for; passed by one batch at most."""


class ReplayFeeder:
    """Feeds `sources` to `task`, `speed` times as fast as they were recorded; 0 is as fast as possible.

    `next` raises `OSError` where a file cannot be read. What is damaged in a file is in its dead letter
    and in `damage`, and stops nothing.
    """

    def __init__(
        self, task: IngestTask, sources: Sequence[Source], *, speed: float = 0.0, clock: Clock | None = None
    ) -> None:
        self._task = task
        self._sources = sources
        self._pace = _Pace(speed, clock or SystemClock())
        self._opening: asyncio.Task[list[_Run]] | None = None

    @property
    def damage(self) -> list[str]:
        """One line for each file that could not be read to its end."""
        return [source.damage for source in self._sources if source.damage]

    @property
    def progress(self) -> tuple[int, int]:
        """Items handed out, and items there are; (0, 0) before the files were looked through."""
        runs = self._opening.result() if self._opening and self._opening.done() else []
        return sum(run.position for run in runs), sum(run.source.total for run in runs)

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Reading] | None:
        deadline = asyncio.get_running_loop().time() + timeout_s
        if self._opening is None:
            self._opening = asyncio.create_task(self._opened())
        if not await _done_by(self._opening, deadline):
            return []
        runs = self._opening.result()
        if all(run.done for run in runs):
            return None
        batch: list[Reading] = []
        touched: dict[str, _Run] = {}
        while len(batch) < max(1, max_items - len(runs)):
            run = await _earliest(runs, deadline)
            if run is None or not await self._pace.reached(run.head.at, deadline, wait=not batch):
                break
            batch.append(run.pop())
            touched[run.source.id] = run
        return [*batch, *_progress(runs, list(touched.values()))]

    async def close(self) -> None:
        if self._opening is None:
            return
        self._opening.cancel()
        await asyncio.wait((self._opening,))
        if not self._opening.cancelled() and self._opening.exception() is None:
            for run in self._opening.result():
                await run.close()

    async def _opened(self) -> "list[_Run]":
        runs: dict[str, _Run] = {}
        for source in self._sources:
            await source.open()
            # The same file under two names is read once.
            runs.setdefault(source.id, _Run(source, self._task.position(source.id)))
        return list(runs.values())


async def _done_by(task: asyncio.Task[T], deadline: float) -> bool:
    """Wait until `deadline`, of the event loop's time."""
    await asyncio.wait((task,), timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
    return task.done()


async def _earliest(runs: "Sequence[_Run]", deadline: float) -> "_Run | None":
    """The run with the earliest head; None when it is not known by the deadline, or all are done."""
    waiting = [run for run in runs if not run.done]
    for run in waiting:
        if not await run.ready(deadline):
            return None
    return min(waiting, key=lambda run: run.head.at, default=None)


def _progress(runs: "Sequence[_Run]", touched: "Sequence[_Run]") -> list[Progress]:
    """How far the touched files are out; the last carries what all of them together can promise."""
    waiting = [bound for run in runs if not run.done and (bound := run.quiet_until)]
    latest = [bound for run in runs if (bound := run.quiet_until)]
    at = min(waiting) if waiting else max(latest, default=None)
    return [
        Progress(recording=run.source.id, position=run.position, at=at if run is touched[-1] else None)
        for run in touched
    ]


class _Run:
    """A source being read ahead of what is asked for, so that its parsers do not wait for the task."""

    def __init__(self, source: Source, position: int) -> None:
        self.source = source
        self.position = position
        self._batches = source.batches(position)
        self._reading: asyncio.Task[None] | None = None
        self._in_hand: deque[Item] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def done(self) -> bool:
        return self.position >= self.source.total

    @property
    def head(self) -> Item:
        return self._in_hand[0]

    @property
    def quiet_until(self) -> datetime | None:
        return self.source.quiet_until(self.position)

    async def ready(self, deadline: float) -> bool:
        """Whether the next item is in hand by the deadline. Raises what reading raised."""
        if self._in_hand:
            return True
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        filled = asyncio.create_task(self._filled.wait())
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        await asyncio.wait((filled, self._reading), timeout=left, return_when=asyncio.FIRST_COMPLETED)
        filled.cancel()
        if not self._in_hand and self._reading.done():
            self._reading.result()
            raise EOFError(f"{self.source.id}: ends before its end")
        return bool(self._in_hand)

    def pop(self) -> Reading:
        self.position += 1
        item = self._in_hand.popleft()
        if not self._in_hand:
            self._filled.clear()
        if len(self._in_hand) < AHEAD:
            self._room.set()
        return item.reading

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait((self._reading,))
        await self._batches.aclose()

    async def _read(self) -> None:
        async for batch in self._batches:
            self._in_hand.extend(batch)
            self._filled.set()
            while len(self._in_hand) >= AHEAD:
                self._room.clear()
                await self._room.wait()


class _Pace:
    """Wall-clock time of a recording's moments."""

    def __init__(self, speed: float, clock: Clock) -> None:
        self._speed = speed
        self._clock = clock
        self._start: tuple[datetime, float] | None = None

    async def reached(self, at: datetime, deadline: float, *, wait: bool) -> bool:
        """Whether the moment has come; with `wait` it may come until the deadline."""
        if self._speed <= 0:
            return True
        if self._start is None:
            self._start = (at, self._clock.monotonic())
        first, started = self._start
        left = started + (at - first).total_seconds() / self._speed - self._clock.monotonic()
        if left <= 0:
            return True
        room = deadline - asyncio.get_running_loop().time()
        if not wait or room <= 0:
            return False
        await self._clock.sleep(min(left, room))
        return left <= room
