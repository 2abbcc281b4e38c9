"""Recordings and archives as one feeder: merged in order of time, resumed where they were published.

What comes out, and in which order, depends on the files alone: not on speed, workers, batch sizes or how
often the replay was killed. A batch ends with how far each file is out and what may be promised.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime
from math import inf, isfinite
from typing import TypeVar

from services.ingest.readings import Progress, Reading
from services.ingest.recordings.pace import AT_ONCE, Beat, Pace
from services.ingest.recordings.rounds import Rounds, length_of
from services.ingest.recordings.source import Item, Source
from services.ingest.service import IngestTask
from services.stream.clock import Clock, SystemClock

T = TypeVar("T")
AHEAD = 32
"""So many items of a file are read before they are asked for; passed by one batch at most."""
ROOM_S = 0.02
"""How often it is asked whether there is room."""
HasRoom = Callable[[], Awaitable[bool]]
"""Whether those behind are near enough to be given more."""


async def always() -> bool:
    return True


class ReplayFeeder:
    """Feeds `sources` to `task`, as fast as `pace` says, `rounds` times in a row (0: without end).

    `next` raises `OSError` where a file cannot be read. What is damaged in a file is in its dead letter
    and in `damage`, and stops nothing.
    """

    def __init__(
        self,
        task: IngestTask,
        sources: Sequence[Source],
        *,
        pace: Pace = AT_ONCE,
        rounds: int = 1,
        clock: Clock | None = None,
        has_room: HasRoom = always,
    ) -> None:
        self._task = task
        self._has_room = has_room
        self._sources = sources
        self._beat = Beat(pace, clock or SystemClock())
        self._rounds = rounds
        self._opening: asyncio.Task[list[_Run]] | None = None

    @property
    def damage(self) -> list[str]:
        """One line for each file that could not be read to its end."""
        return [source.damage for source in self._sources if source.damage]

    @property
    def progress(self) -> tuple[int, int]:
        """Items handed out, and items there are; (0, 0) before the files were looked through.

        Of rounds without end there are as many as were handed out.
        """
        runs = self._opening.result() if self._opening and self._opening.done() else []
        out, total = sum(run.position for run in runs), sum(run.total for run in runs)
        return out, int(total) if isfinite(total) else out

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Reading] | None:
        deadline = asyncio.get_running_loop().time() + timeout_s
        if self._opening is None:
            self._opening = asyncio.create_task(self._opened())
        if not await _done_by(self._opening, deadline):
            return []
        runs = self._opening.result()
        if all(run.done for run in runs):
            return None
        while not await self._has_room():
            if asyncio.get_running_loop().time() >= deadline:
                return []
            await asyncio.sleep(ROOM_S)
        batch: list[Reading] = []
        touched: dict[str, _Run] = {}
        while len(batch) < max(1, max_items - len(runs)):
            run = await _earliest(runs, deadline)
            if run is None or not await self._beat.reached(run.head.at, deadline, wait=not batch):
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
        sources: dict[str, Source] = {}
        for source in self._sources:
            await source.open()
            sources.setdefault(source.id, source)  # the same file under two names is read once
        rounds = Rounds(self._rounds or inf, length_of(sources.values()))
        return [_Run(one, self._task.position(id_), rounds) for id_, one in sources.items()]


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
    """A source being read round after round, ahead of the task, so that parsers do not wait for it."""

    def __init__(self, source: Source, position: int, rounds: Rounds) -> None:
        """`position`: items that are out, of all rounds."""
        self.source = source
        self.position = position
        self._rounds = rounds
        self._reading: asyncio.Task[None] | None = None
        self._in_hand: deque[Item] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def _place(self) -> tuple[int, int]:
        """The round, and how many of its items are out; the last round is never left."""
        return self._rounds.place(self.position, self.source.total)

    @property
    def done(self) -> bool:
        return self.position >= self.total

    @property
    def total(self) -> float:
        return self._rounds.number * self.source.total if self.source.total else 0

    @property
    def head(self) -> Item:
        return self._in_hand[0]

    @property
    def quiet_until(self) -> datetime | None:
        number, position = self._place
        quiet = self.source.quiet_until(position)
        return quiet + self._rounds.shift(number) if quiet else None

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

    async def _read(self) -> None:
        number, position = self._place
        while number < self._rounds.number:
            async with aclosing(self.source.batches(position)) as batches:
                async for batch in batches:
                    await self._put(self._rounds.moved(item, number) for item in batch)
            number, position = number + 1, 0

    async def _put(self, items: Iterable[Item]) -> None:
        """Hold them in hand, until there is room for more."""
        self._in_hand.extend(items)
        self._filled.set()
        while len(self._in_hand) >= AHEAD:
            self._room.clear()
            await self._room.wait()
