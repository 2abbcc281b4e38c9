"""A log in memory: the reference of the Bus port, with hooks to make it fail.

All or nothing because `publish` checks everything first and then changes everything without an
`await` in between. Everything is gone with the process.
"""

import asyncio
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from services.stream import layout, retention
from services.stream.bell import Bell
from services.stream.bus import Fenced, Output, Partition, Record, TopicSpec
from services.stream.clock import Clock, SystemClock, microseconds
from services.stream.groups import READERS, Groups
from services.stream.member import FetchRequest, FetchResult, LogMember


class PublishFault(msgspec.Struct, frozen=True):
    """An error the next publish raises, before or after it took effect."""

    error: BaseException
    after: bool


class _Tail(msgspec.Struct):
    """One partition: the records still there, and the offset the next one gets."""

    records: list[Record] = msgspec.field(default_factory=list)
    end: int = 0


class MemoryBus:
    """`Bus` for tests and for replays that need no second start."""

    def __init__(
        self, *, clock: Clock | None = None, tombstone_grace_s: float = retention.TOMBSTONE_GRACE_S
    ) -> None:
        self.bell = Bell()
        self._clock = clock or SystemClock()
        self._tombstone_grace_s = tombstone_grace_s
        self._topics: dict[str, TopicSpec] = {}
        self._tails: dict[Partition, _Tail] = {}
        self._groups = Groups(self.bell.ring)
        self._offsets: defaultdict[str, dict[Partition, int]] = defaultdict(dict)
        self._epochs: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._faults: deque[PublishFault | None] = deque()

    def fail_publish(self, error: BaseException, *, after: bool = False, skip: int = 0) -> None:
        """Make a coming publish raise `error`: after letting `skip` pass, behind earlier such wishes.

        `after`: once it took effect, as when the answer is lost.
        """
        self._faults += [None] * skip
        self._faults.append(PublishFault(error, after))

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def create(self, topics: Sequence[TopicSpec]) -> None:
        for spec in layout.to_create(self._topics, topics):
            self._topics[spec.name] = spec
            for number in range(spec.partitions):
                self._tails.setdefault(Partition(spec.name, number), _Tail())

    async def partitions(self, topic: str) -> int:
        return layout.spec_of(self._topics, topic).partitions

    async def join(self, group: str, topics: Sequence[str]) -> LogMember:
        numbers = layout.common_partition_count(self._topics, topics)
        return LogMember(self, self._groups.join(group, topics, numbers), self._groups.leave)

    async def writer(self, group: str, topics: Sequence[str], number: int) -> "MemoryWriter":
        inputs = frozenset(Partition(topic, number) for topic in topics)
        for partition in inputs:
            layout.check_partition(self._topics, partition)
        self._epochs[group, number] += 1
        return MemoryWriter(self, group, inputs, number, self._epochs[group, number])

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        return {p: offset for p, offset in self._offsets[group].items() if p.topic in topics}

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        layout.check_partition(self._topics, partition)
        return self._slice(FetchRequest(partition, start, max_records)).records

    async def end(self, partition: Partition) -> int:
        layout.check_partition(self._topics, partition)
        return self.known_end(partition)

    async def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """Of many at once."""
        return {partition: await self.end(partition) for partition in partitions}

    async def compact(self, topic: str) -> None:
        spec = layout.spec_of(self._topics, topic)
        rule = retention.cleanup_rule(
            spec, now_us=microseconds(self._clock.now()), tombstone_grace_s=self._tombstone_grace_s
        )
        for number in range(spec.partitions):
            tail = self._tails[Partition(topic, number)]
            last: dict[bytes, int] = {}
            retention.last_offsets(tail.records, last)
            now = replace(rule, taken=self._taken(Partition(topic, number)))
            tail.records = [record for record in tail.records if retention.survives(record, now, last)]

    def _taken(self, partition: Partition) -> int | None:
        """Below this every group that takes from the partition has taken its records; readers aside."""
        places = (
            at[partition]
            for group, at in self._offsets.items()
            if partition in at and not group.startswith(READERS)
        )
        return min(places, default=None)

    def known_end(self, partition: Partition) -> int:
        return self._tails[partition].end

    async def find(self, requests: Sequence[FetchRequest]) -> Sequence[FetchResult]:
        await asyncio.sleep(0)
        return [self._slice(request) for request in requests]

    def _slice(self, request: FetchRequest) -> FetchResult:
        tail = self._tails[request.partition]
        first = bisect_left(tail.records, request.start, key=lambda record: record.offset)
        records = tail.records[first : first + request.limit]
        return FetchResult(records, records[-1].offset + 1 if len(records) == request.limit else tail.end)

    def check_epoch(self, group: str, number: int, epoch: int) -> None:
        if self._epochs[group, number] != epoch:
            raise Fenced(f"a newer writer owns number {number} of group {group!r}")

    async def publish(
        self,
        group: str,
        number: int,
        epoch: int,
        outputs: Sequence[Output],
        consumed: Mapping[Partition, int],
    ) -> None:
        """Called by a writer; nothing below the checks may raise."""
        await asyncio.sleep(0)
        fault = self._faults.popleft() if self._faults else None
        if fault is not None and not fault.after:
            raise fault.error
        self.check_epoch(group, number, epoch)
        layout.check_outputs(self._topics, outputs)
        now_us = microseconds(self._clock.now())
        for output in outputs:
            tail = self._tails[output.partition]
            tail.records.append(
                Record(
                    output.partition,
                    tail.end,
                    output.key,
                    output.value,
                    tuple(output.headers),
                    output.timestamp_us or now_us,
                )
            )
            tail.end += 1
        self._offsets[group].update(consumed)
        self.bell.ring()
        if fault is not None:
            raise fault.error


class MemoryWriter:
    """`Writer` on a `MemoryBus`."""

    def __init__(
        self, bus: MemoryBus, group: str, inputs: frozenset[Partition], number: int, epoch: int
    ) -> None:
        self._bus = bus
        self._group = group
        self._inputs = inputs
        self._number = number
        self._epoch = epoch

    async def committed(self) -> Mapping[Partition, int]:
        self._bus.check_epoch(self._group, self._number, self._epoch)
        topics = [partition.topic for partition in self._inputs]
        offsets = await self._bus.committed(self._group, topics)
        return {p: offset for p, offset in offsets.items() if p in self._inputs}

    async def publish(self, outputs: Sequence[Output], *, consumed: Mapping[Partition, int]) -> None:
        layout.check_consumed(self._inputs, consumed)
        await self._bus.publish(self._group, self._number, self._epoch, outputs, consumed)

    async def close(self) -> None: ...
