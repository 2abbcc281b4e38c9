"""`Bus` over Apache Kafka: what is published is a transaction, what is read is committed.

Topics, groups and transactional ids carry a prefix on the broker and none here, so that installations
may share a cluster. Compaction is the broker's business.
"""

import asyncio
import logging
import os
import socket
from collections import defaultdict
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from services.stream.bus import Fatal, Output, Partition, Record, Retry, TopicSpec
from services.stream.clock import Clock, SystemClock, microseconds
from services.stream.kafka.admin import Admin
from services.stream.kafka.bounds import Bounds
from services.stream.kafka.catalog import Catalog
from services.stream.kafka.client import Access, login, time_limit
from services.stream.kafka.consumer import Consumer
from services.stream.kafka.hanging import TransactionResult, is_ended, result_of
from services.stream.kafka.marks import CommittedOffset, positions
from services.stream.kafka.member import KafkaMember
from services.stream.kafka.producer import Producer
from services.stream.kafka.reader import Reader
from services.stream.kafka.records import WireRecord
from services.stream.kafka.topics import TopicDescription
from services.stream.kafka.writer import KafkaWriter, Ownership
from services.stream.security import KafkaSecurity

logger = logging.getLogger(__name__)
CLOSE_S = 4.0
"""All clients together; each has `Bounds.stop_s`."""
SEEN_S = 2.0
"""How long a publish waits for its records to be visible before it looks into why they are not."""
HANG_S = 0.15
"""An open transaction of others ends within this, or may pass for one that hangs: no harm is done."""
LOOK_S = 0.002


class _Clients(msgspec.Struct, frozen=True):
    """What is open between `start` and `close`."""

    admin: Admin
    catalog: Catalog
    reader: Reader


class KafkaBus:
    """`bootstrap`: HOST:PORT, or several with commas.

    `group_instance_id` makes members static (KIP-345): unique for each process; a restart within
    `bounds.session_s` then moves no partition.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        prefix: str = "newsfold.",
        security: KafkaSecurity | None = None,
        group_instance_id: str | None = None,
        clock: Clock | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """Raises `Fatal` where the security settings cannot be used."""
        security = security or KafkaSecurity()
        self.access = Access(
            bootstrap=bootstrap,
            prefix=prefix,
            principal=security.principal(),
            bounds=bounds or Bounds(),
            client=f"newsfold-{socket.gethostname()}-{os.getpid()}",
            login=login(security, bootstrap),
        )
        self._instance = group_instance_id
        self._clock = clock or SystemClock()
        self._clients: _Clients | None = None
        self._members: defaultdict[str, set[KafkaMember]] = defaultdict(set)
        self._writers: set[KafkaWriter] = set()
        self._results: dict[str, TransactionResult] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Raises `Retry` where the cluster cannot be reached, `Fatal` where it does not let us in."""
        admin = Admin(self.access)
        try:
            await admin.start()
        except BaseException:
            await admin.end()
            raise
        self._clients = _Clients(
            admin, Catalog(self.access, admin), Reader(self.access, self._end_in_background)
        )

    async def close(self) -> None:
        """Within `CLOSE_S`, whatever the cluster does. Closing twice is closing once."""
        for member in [member for group in self._members.values() for member in group]:
            self._end_in_background(member.close())
        for writer in list(self._writers):
            self._end_in_background(writer.close())
        clients, self._clients = self._clients, None
        if clients is not None:
            self._end_in_background(clients.admin.end())
            self._end_in_background(clients.reader.close())
        if self._ending:
            _, left = await asyncio.wait(self._ending, timeout=CLOSE_S)
            for task in left:
                task.cancel()

    async def ping(self) -> None:
        """Raises `Retry` while the cluster does not answer."""
        await self._open.admin.brokers()

    async def create(self, topics: Sequence[TopicSpec]) -> None:
        """Create what is missing, then verify all. Raises `Fatal` with every setting that differs."""
        await self._open.catalog.create(topics)

    async def verify(self, topics: Sequence[TopicSpec]) -> None:
        """`create` that creates nothing."""
        await self._open.catalog.verify(topics)

    async def describe(self, topics: Iterable[str]) -> Mapping[str, TopicDescription]:
        """The topics as they are, without those that do not exist or may not be seen."""
        return await self._open.catalog.describe(topics)

    async def partitions(self, topic: str) -> int:
        return await self._open.catalog.partitions(topic)

    async def join(self, group: str, topics: Sequence[str]) -> KafkaMember:
        await self._open.catalog.common_partition_count(topics)

        async def settle() -> None:
            await self._settle(group)

        consumer = Consumer(self.access, group=self.access.group(group), instance=self._instance)
        member = KafkaMember(group, topics, consumer, settle=settle, left=self._forget_member)
        self._members[group].add(member)
        try:
            await member.join()
        except BaseException:
            await member.close()
            raise
        return member

    async def writer(self, group: str, topics: Sequence[str], number: int) -> KafkaWriter:
        inputs = frozenset(Partition(topic, number) for topic in topics)
        await self._open.catalog.check(inputs)
        writer = KafkaWriter(self, group, inputs, number)
        self._writers.add(writer)
        try:
            await writer.open()
        except BaseException:
            await writer.close()
            raise
        return writer

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        counts = {topic: await self.partitions(topic) for topic in topics}
        wanted = [Partition(topic, number) for topic in topics for number in range(counts[topic])]
        found = positions(await self.offsets(group, wanted))
        # The broker tells a commit some milliseconds late; writers of our own know better.
        for writer in self._writers:
            if writer.group == group:
                known = {p: at for p, at in writer.positions().items() if p.topic in topics}
                found |= {p: max(at, found.get(p, 0)) for p, at in known.items()}
        return found

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        await self._open.catalog.check([partition])
        return await self._open.reader.read(partition, start, max_records=max_records)

    async def end(self, partition: Partition) -> int:
        return (await self.ends([partition]))[partition]

    async def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """Of many at once."""
        await self._open.catalog.check(partitions)
        return await self._open.reader.ends(partitions)

    async def compact(self, topic: str) -> None:
        """Kafka compacts in its own time."""
        await self.partitions(topic)

    async def wires(self, outputs: Sequence[Output]) -> dict[Partition, list[WireRecord]]:
        """Called by a writer, like all below."""
        return await self._open.catalog.wires(outputs, microseconds(self._clock.now()))

    async def ownership(self, group: str, number: int) -> Ownership:
        mine = self._members.get(group)
        if not mine:
            return "nobody asked"
        members = await self._open.admin.members(self.access.group(group))
        if members is None:
            return "undecided"
        owned = {one.number for member in mine for one in members.get(member.member_id, ())}
        return "ours" if number in owned else "theirs"

    async def offsets(self, group: str, partitions: Iterable[Partition]) -> dict[Partition, CommittedOffset]:
        return await self._open.admin.offsets(self.access.group(group), partitions)

    async def last_result(self, transactional_id: str) -> TransactionResult | None:
        state = await self._open.admin.transaction(transactional_id)
        decided = result_of(state)
        if decided is None:
            return None
        # A producer that started, and could not end what it found, has wiped the decision away.
        if state != "Empty" or transactional_id not in self._results:
            self._results[transactional_id] = decided
        return self._results[transactional_id]

    async def tidy(
        self, producer: Producer, group: str, transactional_id: str, decided: TransactionResult
    ) -> None:
        everything = await self._open.catalog.all_partitions()
        hanging = await self._open.reader.hanging(everything, HANG_S)
        if hanging:
            logger.warning("%s: %s what hangs on %s partitions", transactional_id, decided, len(hanging))
        await producer.end_again(hanging, self.access.group(group), decided)
        # A topic that takes no record, not even a marker, would never let it end.
        async with time_limit(self.access, f"ending what {transactional_id} left", self.access.bounds.open_s):
            while not is_ended(await self._open.admin.transaction(transactional_id)):  # noqa: ASYNC110 - told by asking
                await asyncio.sleep(LOOK_S)
        self._results.pop(transactional_id, None)

    async def wait_until_visible(self, ends: Mapping[Partition, int]) -> None:
        deadline = asyncio.get_running_loop().time() + SEEN_S
        reader = self._open.reader
        while ends and any(seen < ends[at] for at, seen in (await reader.ends(ends)).items()):
            if asyncio.get_running_loop().time() > deadline:
                raise Retry(f"what was committed cannot be read yet after {SEEN_S:.0f} s")
            await asyncio.sleep(LOOK_S)

    def end_later(self, producer: Producer) -> None:
        self._end_in_background(producer.end())

    def forget_writer(self, writer: KafkaWriter) -> None:
        self._writers.discard(writer)

    def _forget_member(self, member: KafkaMember) -> None:
        self._members[member.group].discard(member)

    async def _settle(self, group: str) -> None:
        """Let the group's publishes under way end before a rebalance takes their numbers."""
        busy = [writer.wait_until_idle() for writer in self._writers if writer.group == group]
        with suppress(TimeoutError):
            async with asyncio.timeout(self.access.bounds.drain_s):
                await asyncio.gather(*busy)

    def _end_in_background(self, end: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(end)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    @property
    def _open(self) -> _Clients:
        if self._clients is None:
            raise Fatal(f"the bus to Kafka at {self.access.bootstrap} is not open")
        return self._clients
