"""`newsfold tail`: body."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from rich.console import Console

from services.console import addresses, record_lines
from services.console.options import seconds_of
from services.console.tail.bookmark import Bookmark
from services.console.tail.positions import resumed, since, starts
from services.console.tail.stream import Show, tail
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, Partition, Record
from services.stream.clock import microseconds


class TailRequest(NamedTuple):
    """What was asked for, checked."""

    topics: Sequence[str]
    start: str
    """`beginning`, `end`, an offset, or `-N`."""
    moment_us: int | None
    """Only what is of this time or later."""
    group: str
    key: bytes | None
    kind: str
    follow: bool

    @classmethod
    def of(
        cls,
        topics: Sequence[str],
        *,
        start: str | None,
        moment: str | None,
        group: str | None,
        key: str | None,
        kind: str | None,
        follow: bool,
    ) -> "TailRequest":
        """Raises `Stop` (usage)."""
        if start is not None and moment is not None:
            raise Stop(Exit.USAGE, "--from and --since both say where to begin; give one of them")
        if group is not None and not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", group):
            raise Stop(Exit.USAGE, f"--group {group}: letters, digits and . _ - make a name, 100 at most")
        return cls(
            topics=tuple(dict.fromkeys(topics)),
            start=_start(start, newest=follow and group is None),
            moment_us=None if moment is None else _moment(moment),
            group=group or "",
            key=None if key is None else key.encode(),
            kind=(kind or "").lower(),
            follow=follow,
        )

    def wants(self, record: Record) -> bool:
        if self.moment_us is not None and record.timestamp_us < self.moment_us:
            return False
        fits = self.key is None or record.key == self.key
        return fits and (not self.kind or (record_lines.type_name(record) or "").lower() == self.kind)


def show_topics(address: str, request: TailRequest, settings: Settings) -> None:
    """Ends quietly when the reader of a pipe is gone or the user has seen enough."""
    place = addresses.shared(addresses.parse(address))

    async def run() -> None:
        bus = addresses.bus_at(place, settings)
        await bus.start()
        try:
            await _show(bus, request)
        finally:
            await bus.close()

    try:
        asyncio.run(run())
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered must not fail again at exit: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return


async def _show(bus: Bus, request: TailRequest) -> None:
    positions: dict[Partition, int] = {}
    for topic in request.topics:
        positions |= await _begin(bus, topic, request)
    show = _shown(request)
    if not request.group:
        await tail(bus, positions, request.wants, show, follow=request.follow)
        return
    bookmark = await Bookmark.open(bus, request.group, positions)

    async def remember(places: Mapping[Partition, int]) -> None:
        sys.stdout.flush()  # what was shown is out before it counts as shown
        await bookmark.move(places)

    try:
        reached = resumed(positions, await bookmark.places())
        await tail(bus, reached, request.wants, show, follow=request.follow, remember=remember)
    finally:
        await bookmark.close()


async def _begin(bus: Bus, topic: str, request: TailRequest) -> dict[Partition, int]:
    if request.moment_us is not None:
        return await since(bus, topic, request.moment_us)
    return await starts(bus, topic, request.start)


def _start(start: str | None, *, newest: bool) -> str:
    if start is None:
        return "end" if newest else "beginning"
    if start not in {"beginning", "end"} and not start.removeprefix("-").isdecimal():
        raise Stop(Exit.USAGE, f"--from {start}: known are beginning, end, an offset, or -N for the last N")
    return start


def _moment(told: str) -> int:
    """Microseconds since the epoch of a time, or of a span before now."""
    seconds = seconds_of(told)
    if seconds is not None:
        return int((time.time() - seconds) * 1_000_000)
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise Stop(
            Exit.USAGE,
            f"--since {told}: a span such as 90s, 15m, 2h, 3d, or a time such as 2026-03-02T06:00Z",
        ) from None
    return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _shown(request: TailRequest) -> Show:
    named = len(request.topics) > 1
    if sys.stdout.isatty():
        console = Console(highlight=False, soft_wrap=True)
        return lambda record: console.print(record_lines.pretty(record, named=named))
    return lambda record: print(record_lines.json_line(record, named=named).decode(), flush=request.follow)
