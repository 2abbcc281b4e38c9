"""`Bus` over one SQLite file: what is published is there after a kill, all of it or nothing.

One thread writes and one reads, each with a connection of its own. In this process a publish wakes
readers at once; what another process publishes is noticed within `POLL_S`. Groups share out
partitions within one process; between processes the writer opened last wins, and fences the others.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from services.stream import layout, retention
from services.stream.bell import Bell
from services.stream.bus import BusError, Output, Partition, Record, Retry, TopicSpec
from services.stream.clock import Clock, SystemClock, microseconds
from services.stream.groups import Groups
from services.stream.member import FetchRequest, FetchResult, LogMember
from services.stream.sqlite import compaction, seal, tables
from services.stream.sqlite.seal import Seal
from services.stream.sqlite.tables import FileCatalog, WriterClaim
from services.stream.sqlite.thread import DbThread

POLL_S = 0.05


class SqliteBus:
    """The embedded log. `durable` False survives a kill of the process, but not of the machine."""

    def __init__(
        self,
        path: Path | str,
        *,
        clock: Clock | None = None,
        durable: bool = True,
        tombstone_grace_s: float = retention.TOMBSTONE_GRACE_S,
    ) -> None:
        self.bell = Bell()
        self._clock = clock or SystemClock()
        self._tombstone_grace_s = tombstone_grace_s
        self._write = DbThread(Path(path), durable=durable, name="write")
        self._read = DbThread(Path(path), durable=durable, name="read")
        self._catalog = FileCatalog(topics={}, ids={}, ends={})
        self._groups = Groups(self.bell.ring)
        self._watching: asyncio.Task[None] | None = None
        self._failed: BusError | None = None

    async def start(self) -> None:
        """Raises `Fatal` where the file is damaged, not a log, or of another format."""
        try:
            await self._write.start()
            await self._read.start()
            self._catalog = await self._read.call(tables.read_catalog)
        except BaseException:
            await self.close()
            raise
        self._watching = asyncio.create_task(self._watch(), name="log-watch")

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
            self._watching = None
        await self._read.close()
        await self._write.close()

    async def create(self, topics: Sequence[TopicSpec]) -> None:
        self._learn(await self._write.call(tables.create, topics))

    async def partitions(self, topic: str) -> int:
        return layout.spec_of(self._catalog.topics, topic).partitions

    async def join(self, group: str, topics: Sequence[str]) -> LogMember:
        numbers = layout.common_partition_count(self._catalog.topics, topics)
        return LogMember(self, self._groups.join(group, topics, numbers), self._groups.leave)

    async def writer(self, group: str, topics: Sequence[str], number: int) -> "SqliteWriter":
        inputs = frozenset(Partition(topic, number) for topic in topics)
        for partition in inputs:
            layout.check_partition(self._catalog.topics, partition)
        return SqliteWriter(self, inputs, await self._write.call(tables.claim, group, number))

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        found = await self._read.call(tables.committed, group)
        return {partition: offset for partition, offset in found.items() if partition.topic in topics}

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        layout.check_partition(self._catalog.topics, partition)
        return (await self.find([FetchRequest(partition, start, max_records)]))[0].records

    async def end(self, partition: Partition) -> int:
        layout.check_partition(self._catalog.topics, partition)
        return await self._read.call(tables.end, self._catalog.ids[partition])

    async def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """Of many at once."""
        for partition in partitions:
            layout.check_partition(self._catalog.topics, partition)
        known = await self._read.call(tables.ends)
        return {partition: known[self._catalog.ids[partition]] for partition in partitions}

    async def compact(self, topic: str) -> None:
        spec = layout.spec_of(self._catalog.topics, topic)
        now_us = microseconds(self._clock.now())
        rule = retention.cleanup_rule(spec, now_us=now_us, tombstone_grace_s=self._tombstone_grace_s)
        if not rule.compact and rule.horizon_us is None:
            return
        for number in range(spec.partitions):
            await self._compact(self._catalog.ids[Partition(topic, number)], rule)

    async def _compact(self, partition: int, rule: retention.CleanupRule) -> None:
        rule = replace(rule, taken=await self._read.call(tables.lowest_position, partition))
        last: dict[bytes, int] = {}
        after: int | None = -1
        while rule.compact and after is not None:
            after = await self._read.call(compaction.note_keys, partition, after, last)
        after = -1
        while after is not None:
            after = await self._write.call(compaction.rewrite, partition, after, rule, last)

    def topics(self) -> Mapping[str, TopicSpec]:
        """What the log is made of, as it was created."""
        return self._catalog.topics

    async def positions(self) -> Mapping[str, Mapping[Partition, int]]:
        """What every group has committed, by group."""
        groups = await self._read.call(tables.groups)
        return {group: await self._read.call(tables.committed, group) for group in groups}

    async def read_seal(self) -> Seal | None:
        return await self._read.call(seal.read_seal)

    async def seal(self, to: str) -> None:
        """Let nobody publish here any more, since the log moves `to` another place."""
        await self._write.call(seal.seal, to)

    async def finish_seal(self) -> None:
        """Note that the move is complete."""
        await self._write.call(seal.finish_seal)

    async def unseal(self) -> None:
        """Let services publish here again."""
        await self._write.call(seal.unseal)

    def known_end(self, partition: Partition) -> int:
        if self._failed is not None:
            raise self._failed
        return self._catalog.ends[partition]

    async def find(self, requests: Sequence[FetchRequest]) -> Sequence[FetchResult]:
        ids, ends = self._catalog.ids, self._catalog.ends
        by_id = [(ids[request.partition], request, ends[request.partition]) for request in requests]
        return await self._read.call(tables.find, by_id)

    async def publish(
        self, claim: WriterClaim, outputs: Sequence[Output], consumed: Mapping[Partition, int]
    ) -> None:
        """Called by a writer."""
        layout.check_outputs(self._catalog.topics, outputs)
        ids = self._catalog.ids
        by_id: defaultdict[int, list[Output]] = defaultdict(list)
        for output in outputs:
            by_id[ids[output.partition]].append(output)
        offsets = {ids[partition]: offset for partition, offset in consumed.items()}
        now_us = microseconds(self._clock.now())
        ends = await self._write.call(tables.publish, claim, by_id, offsets, now_us)
        self._raise_ends({partition: ends[ids[partition]] for partition in {o.partition for o in outputs}})

    async def committed_by(self, claim: WriterClaim) -> dict[Partition, int]:
        return await self._write.call(tables.committed_by, claim)

    def _raise_ends(self, ends: Mapping[Partition, int]) -> None:
        known = self._catalog.ends
        for partition, end in ends.items():
            known[partition] = max(end, known.get(partition, 0))
        self.bell.ring()

    def _learn(self, found: FileCatalog) -> None:
        # The answer of one thread may be older than what the other has told already; topics never go.
        known = self._catalog
        topics = {**known.topics, **found.topics}
        self._catalog = FileCatalog(topics=topics, ids={**known.ids, **found.ids}, ends=known.ends)
        self._raise_ends(found.ends)

    async def _watch(self) -> None:
        seen = -1
        while True:
            try:
                version = await self._read.call(tables.data_version)
                if version != seen:
                    self._learn(await self._read.call(tables.read_catalog))
                    seen = version
            except Retry:
                pass
            except BusError as error:
                self._failed = error
                self.bell.ring()
                return
            await asyncio.sleep(POLL_S)


class SqliteWriter:
    """`Writer` on the embedded log."""

    def __init__(self, bus: SqliteBus, inputs: frozenset[Partition], claim: WriterClaim) -> None:
        self._bus = bus
        self._inputs = inputs
        self._claim = claim

    async def committed(self) -> Mapping[Partition, int]:
        found = await self._bus.committed_by(self._claim)
        return {partition: offset for partition, offset in found.items() if partition in self._inputs}

    async def publish(self, outputs: Sequence[Output], *, consumed: Mapping[Partition, int]) -> None:
        layout.check_consumed(self._inputs, consumed)
        await self._bus.publish(self._claim, outputs, consumed)

    async def close(self) -> None: ...
