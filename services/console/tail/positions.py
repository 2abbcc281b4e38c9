"""Where to begin on a topic: at a place, at a time, or where a group of readers was."""

from collections import deque
from collections.abc import Mapping

from services.console.scan import scan_partition
from services.stream.bus import Bus, Partition

ASTRAY_US = 86_400 * 1_000_000
"""A record may lie this far behind later ones: times are of first sight, and late ones come early in it."""


async def starts(bus: Bus, topic: str, start: str) -> dict[Partition, int]:
    """The offset to begin at in each partition.

    `start`: `beginning`, `end`, an offset, or `-N` for the last N of each partition.
    """
    return {partition: await _position(bus, partition, start) for partition in await partitions(bus, topic)}


async def since(bus: Bus, topic: str, moment_us: int) -> dict[Partition, int]:
    """Where every record of that time or later lies behind; some before it may, too.

    `moment_us`: microseconds since the epoch, UTC. Costs a few reads a partition, however long it is.
    """
    early = moment_us - ASTRAY_US
    return {partition: await _first_at(bus, partition, early) for partition in await partitions(bus, topic)}


async def partitions(bus: Bus, topic: str) -> list[Partition]:
    return [Partition(topic, number) for number in range(await bus.partitions(topic))]


def resumed(positions: Mapping[Partition, int], committed: Mapping[Partition, int]) -> dict[Partition, int]:
    """Where a group goes on; where it never was, it begins at `positions`."""
    return {partition: committed.get(partition, start) for partition, start in positions.items()}


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


async def _first_at(bus: Bus, partition: Partition, moment_us: int) -> int:
    low, high = 0, await bus.end(partition)
    while low < high:
        middle = (low + high) // 2
        found = await bus.read(partition, middle, max_records=1)
        if found and found[0].offset < high and found[0].timestamp_us < moment_us:
            low = found[0].offset + 1
        else:
            high = middle
    return low
