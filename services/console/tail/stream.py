"""The records of several partitions in one line of time, then what comes."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from services.console.scan import scan_partition
from services.stream.bus import Bus, Partition, Record

POLL_S = 0.2
REMEMBERED = 500
"""Records after which a place is remembered, at the latest."""
Show = Callable[[Record], None]
Remember = Callable[[Mapping[Partition, int]], Awaitable[None]]


async def tail(
    bus: Bus,
    positions: Mapping[Partition, int],
    wanted: Callable[[Record], bool],
    show: Show,
    *,
    follow: bool,
    remember: Remember | None = None,
) -> None:
    """Show the wanted records by time, as far as they are there; with `follow`, then what comes, for ever.

    `remember` is told the offsets to go on at, of partitions that moved, after what is before them was shown.
    """
    reached = dict(positions)
    told = dict(positions)
    while True:
        since_told = 0
        async for record in _merged(bus, reached):
            if wanted(record):
                show(record)
            reached[record.partition] = record.offset + 1
            since_told += 1
            if remember and since_told >= REMEMBERED:
                since_told = await _tell(remember, reached, told)
        if remember:
            await _tell(remember, reached, told)
        if not follow:
            return
        await asyncio.sleep(POLL_S)


async def _tell(remember: Remember, reached: Mapping[Partition, int], told: dict[Partition, int]) -> int:
    moved = {partition: place for partition, place in reached.items() if told[partition] != place}
    if moved:
        await remember(moved)
        told.update(moved)
    return 0


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
