"""Reading a whole topic outside any group, in (partition, offset) order."""

from collections.abc import AsyncIterator

import msgspec

from services.contracts import wire
from services.stream.bus import Bus, Partition, Record

CHUNK = 2048


async def scan(bus: Bus, topic: str) -> AsyncIterator[Record]:
    """Every committed record of `topic` that was there when its partition was begun."""
    for number in range(await bus.partitions(topic)):
        async for record in scan_partition(bus, Partition(topic, number), 0):
            yield record


async def scan_partition(
    bus: Bus, partition: Partition, start: int, *, chunk: int = CHUNK
) -> AsyncIterator[Record]:
    """Records of one partition from `start` to its end as of now, `chunk` at a time in memory."""
    end = await bus.end(partition)
    while start < end:
        records = await bus.read(partition, start, max_records=chunk)
        if not records:
            return
        for record in records:
            if record.offset >= end:
                return
            yield record
        start = records[-1].offset + 1


def is_a(record: Record, kind: type[msgspec.Struct]) -> bool:
    """Whether a record's headers name `kind`, without reading its value."""
    try:
        return record.value is not None and wire.type_of(dict(record.headers)) is kind
    except wire.UnknownType:
        return False
