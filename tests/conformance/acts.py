"""What the tests of the suite do again and again, with the patience a broker needs."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from services.stream.bus import Assignment, Bus, GroupMember, Output, Partition, Record, TopicSpec

PATIENCE_S = 30.0


async def topic(bus: Bus, name: str, partitions: int = 1, **cleanup: Any) -> str:
    await bus.create([TopicSpec(name=name, partitions=partitions, **cleanup)])
    return name


def outputs(name: str, values: Sequence[str], number: int = 0) -> list[Output]:
    """Records that carry their value as key, stamped in whole milliseconds as Kafka keeps them."""
    return [
        Output(Partition(name, number), value.encode(), value.encode(), (), 1_000_000_000) for value in values
    ]


async def publish(bus: Bus, group: str, records: Sequence[Output]) -> None:
    """As a service would that reads the topic it writes to, for want of a producer outside groups."""
    name = records[0].partition.topic
    writer = await bus.writer(group, [name], 0)
    await writer.publish(records, consumed={})
    await writer.close()


async def read_all(bus: Bus, partition: Partition, *, chunk: int = 1000) -> list[Record]:
    found: list[Record] = []
    start = 0
    while records := await bus.read(partition, start, max_records=chunk):
        found += records
        start = records[-1].offset + 1
    return found


async def values(bus: Bus, name: str, number: int = 0) -> list[str]:
    return [(record.value or b"").decode() for record in await read_all(bus, Partition(name, number))]


async def owns(member: GroupMember, numbers: set[int]) -> Assignment:
    """Wait until the member owns exactly these numbers."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            assignment = await member.assignment(timeout_s=PATIENCE_S)
            if assignment is not None and {p.number for p in assignment.partitions} == numbers:
                return assignment


async def shares(members: Sequence[GroupMember], *numbers: set[int]) -> list[set[int]]:
    """Wait until the members together own one of `numbers`, each number once; what each owns."""
    owned: list[set[int]] = [set() for _ in members]
    async with asyncio.timeout(PATIENCE_S):
        while sorted(number for share in owned for number in share) not in [sorted(one) for one in numbers]:
            for share, member in zip(owned, members, strict=True):
                told = await member.assignment(timeout_s=0.1)
                if told is not None:
                    share.clear()
                    share.update(p.number for p in told.partitions)
    return owned


async def fetched(member: GroupMember, count: int) -> list[Record]:
    found: list[Record] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            got: Mapping[Partition, Sequence[Record]] = await member.fetch(max_records=500, timeout_s=1)
            found += [record for records in got.values() for record in records]
    return found
