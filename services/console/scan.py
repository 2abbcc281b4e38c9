"""Reading a whole topic outside any group, in (partition, offset) order."""

from collections.abc import AsyncIterator, Sequence

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
    async for records in batches(bus, partition, start, chunk=chunk):
        for record in records:
            yield record


async def batches(
    bus: Bus, partition: Partition, start: int, *, chunk: int = CHUNK
) -> AsyncIterator[Sequence[Record]]:
    """The same, as they are read: never an empty one."""
    end = await bus.end(partition)
    while start < end:
        records = await bus.read(partition, start, max_records=chunk)
        if records and records[-1].offset >= end:
            records = [record for record in records if record.offset < end]
        if not records:
            return
        yield records
        start = records[-1].offset + 1


def is_a(record: Record, kind: type[msgspec.Struct]) -> bool:
    """Whether a record's headers name `kind`, without reading its value."""
    return record.value is not None and wire.kind_of(record.headers) is kind
