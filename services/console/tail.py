"""`newsfold tail`: what lies on a topic, and what comes."""

import asyncio
import heapq
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping

from rich.console import Console

from services.console import addresses, record_lines
from services.console.scan import scan_partition
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, Partition, Record

POLL_S = 0.2
Show = Callable[[Record], None]


async def starts(bus: Bus, topic: str, start: str) -> dict[Partition, int]:
    """The offset to begin at in each partition.

    `start`: `beginning`, `end`, an offset, or `-N` for the last N of each partition.
    """
    positions = {}
    for number in range(await bus.partitions(topic)):
        partition = Partition(topic, number)
        positions[partition] = await _position(bus, partition, start)
    return positions


async def _position(bus: Bus, partition: Partition, start: str) -> int:
    if start == "beginning":
        return 0
    if start == "end":
        return await bus.end(partition)
    return await _last_records(bus, partition, int(start[1:])) if start.startswith("-") else int(start)


async def _last_records(bus: Bus, partition: Partition, count: int) -> int:
    """Where the last `count` records begin: offsets have gaps, by compaction and by Kafka's markers."""
    end = await bus.end(partition)
    back = 2 * count
    while count:
        start = max(0, end - back)
        offsets = deque([one.offset async for one in scan_partition(bus, partition, start)], maxlen=count)
        if start == 0 or len(offsets) == count:
            return offsets[0] if offsets else end
        back *= 4
    return end


async def tail(
    bus: Bus,
    positions: Mapping[Partition, int],
    wanted: Callable[[Record], bool],
    show: Show,
    *,
    follow: bool,
) -> None:
    """Show the wanted records by time, as far as they are there; with `follow`, then what comes, for ever."""
    reached = dict(positions)
    while True:
        async for record in _merged(bus, reached):
            reached[record.partition] = record.offset + 1
            if wanted(record):
                show(record)
        if not follow:
            return
        await asyncio.sleep(POLL_S)


async def _merged(bus: Bus, positions: Mapping[Partition, int]) -> AsyncIterator[Record]:
    """The partitions' records in one line: each partition in its own order, between them by time."""
    streams = [scan_partition(bus, partition, start) for partition, start in sorted(positions.items())]
    heads: list[tuple[int, int, Record]] = []
    for place, stream in enumerate(streams):
        if (record := await anext(stream, None)) is not None:
            heads.append((record.timestamp_us, place, record))
    heapq.heapify(heads)
    while heads:
        _, place, record = heads[0]
        yield record
        following = await anext(streams[place], None)
        if following is None:
            heapq.heappop(heads)
        else:
            heapq.heapreplace(heads, (following.timestamp_us, place, following))


def show_topic(
    address: str,
    topic: str,
    *,
    start: str | None,
    key: str | None,
    kind: str | None,
    follow: bool,
    settings: Settings,
) -> None:
    """Ends quietly when the reader of a pipe is gone or the user has seen enough."""
    where = _start(start, follow=follow)
    place = addresses.shared(addresses.parse(address))

    def wanted(record: Record) -> bool:
        fits = key is None or record.key == key.encode()
        return fits and (kind is None or (record_lines.type_name(record) or "").lower() == kind.lower())

    async def run() -> None:
        bus = addresses.bus_at(place, settings)
        await bus.start()
        try:
            await tail(bus, await starts(bus, topic, where), wanted, _show(follow=follow), follow=follow)
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


def _start(start: str | None, *, follow: bool) -> str:
    if start is None:
        return "end" if follow else "beginning"
    if start not in {"beginning", "end"} and not start.removeprefix("-").isdecimal():
        raise Stop(Exit.USAGE, f"--from {start}: known are beginning, end, an offset, or -N for the last N")
    return start


def _show(*, follow: bool) -> Show:
    if sys.stdout.isatty():
        console = Console(highlight=False, soft_wrap=True)
        return lambda record: console.print(record_lines.pretty(record))
    return lambda record: print(record_lines.json_line(record).decode(), flush=follow)
