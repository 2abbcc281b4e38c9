"""A member of a Kafka consumer group: fetches what it owns, from where it was told to.

The group decides who owns which number; what keeps two owners apart is the writer, as on every bus.
So a rebalance need not stop the work: numbers that stay are worked on through it, numbers that go
are reported lost, and the new owner's writer fences the old one's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from services.stream.bell import Bell
from services.stream.bus import Assignment, BusError, Fatal, Partition, Record
from services.stream.groups import Membership
from services.stream.kafka.client import OutOfRange
from services.stream.kafka.consumer import Consumer, Rebalances
from services.stream.kafka.records import RawRecord, from_wire

logger = logging.getLogger(__name__)
LOOK_S = 1.0
"""How often a wait for an assignment looks whether something failed."""


class KafkaMember:
    """`GroupMember` on Kafka. `settle` is awaited when a rebalance begins: publishes under way may end."""

    def __init__(
        self,
        group: str,
        topics: Sequence[str],
        consumer: Consumer,
        *,
        settle: Callable[[], Awaitable[None]],
        left: Callable[["KafkaMember"], None],
    ) -> None:
        self.group = group
        self._topics = frozenset(topics)
        self._consumer = consumer
        self._settle = settle
        self._left = left
        self._bell = Bell()
        self._membership = Membership(group, self._topics, self._bell.ring)
        self._joined_as = ""
        self._generation = 0
        self._wanted: frozenset[Partition] = frozenset()
        self._positions: dict[Partition, int] = {}
        self._failure: BusError | None = None

    @property
    def member_id(self) -> str:
        return self._consumer.member_id

    async def join(self) -> None:
        """Raises `Retry` or `Fatal`."""
        await self._consumer.start()
        self._consumer.subscribe(sorted(self._topics), Rebalances(self._settle, self._assigned))

    async def assignment(self, *, timeout_s: float) -> Assignment | None:
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            self._check()
            left = deadline - asyncio.get_running_loop().time()
            told = await self._membership.assignment(timeout_s=max(0.0, min(left, LOOK_S)))
            if told is not None or left <= LOOK_S:
                return told

    def seek(self, positions: Mapping[Partition, int]) -> None:
        self._wanted = frozenset(positions)
        for partition, offset in positions.items():
            # Seeking throws away what was fetched ahead, so only where it moves something.
            if self._positions.get(partition) != offset:
                self._positions[partition] = offset
                if partition in self._membership.owned:
                    self._consumer.seek(partition, offset)
        self._bell.ring()

    async def fetch(self, *, max_records: int, timeout_s: float) -> Mapping[Partition, Sequence[Record]]:
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            self._check()
            left = deadline - asyncio.get_running_loop().time()
            wanted = self._wanted & self._membership.owned
            if left <= 0:
                return {}
            if not wanted:
                await self._bell.wait(left)
                continue
            try:
                got = await self._consumer.fetch(wanted, max_records=max_records, timeout_s=left)
            except OutOfRange as error:
                await self._skip_to_beginnings(error.offsets)
                continue
            if taken := self._take(got):
                return taken

    async def close(self) -> None:
        """Leaves the group, unless it is a static member. Closing twice is closing once."""
        self._left(self)
        await self._consumer.end()
        self._own(frozenset())

    def _take(self, got: Mapping[Partition, Sequence[RawRecord]]) -> dict[Partition, Sequence[Record]]:
        taken: dict[Partition, Sequence[Record]] = {}
        for partition, raw in got.items():
            if partition not in self._wanted or partition not in self._membership.owned:
                # The client is past these by now, so the next seek must go back.
                self._positions.pop(partition, None)
                continue
            taken[partition] = [from_wire(partition, one) for one in raw]
            self._positions[partition] = raw[-1].offset + 1
        return taken

    async def _skip_to_beginnings(self, offsets: Mapping[Partition, int]) -> None:
        """Go on where the log begins, if retention has overtaken us."""
        beginnings = await self._consumer.beginnings(offsets)
        for partition, offset in offsets.items():
            begins = beginnings[partition]
            named = f"{partition.topic}/{partition.number}"
            if offset > begins:
                raise Fatal(
                    f"{named} ends before offset {offset}, which group {self.group!r} has reached: "
                    "the cluster has lost records; restore it, or reset the group's offsets"
                )
            if offset:
                logger.error(
                    "%s: retention dropped offsets %s to %s before group %s read them",
                    *(named, offset, begins - 1, self.group),
                )
            if self._positions.get(partition) == offset:
                self._positions[partition] = begins
                self._consumer.seek(partition, begins)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._consumer.check()

    def _assigned(self) -> None:
        try:
            self._take_over()
        except Exception as error:  # noqa: BLE001 - aiokafka would log it and go on
            self._failure = Fatal(f"the group's sharing could not be taken over: {error}")
            self._bell.ring()

    def _take_over(self) -> None:
        assigned = self._consumer.assignment()
        numbers = frozenset(partition.number for partition in assigned)
        if assigned != {Partition(topic, number) for topic in self._topics for number in numbers}:
            raise ValueError(f"numbers are torn apart: {sorted(assigned)}")
        # With another id, or after a round we were not in, somebody else may have owned ours between.
        if self._joined_as != self.member_id or not self._consumer.sharer.unbroken:
            self._own(frozenset())
        self._joined_as = self.member_id
        kept = assigned & self._membership.owned
        self._own(numbers, self._consumer.sharer.claim.moved)
        self._positions = {p: at for p, at in self._positions.items() if p in kept}
        for partition in assigned:
            self._consumer.hold(partition)
            if partition in self._positions:
                self._consumer.seek(partition, self._positions[partition])

    def _own(self, numbers: frozenset[int], moved: frozenset[int] = frozenset()) -> None:
        # Two apart: Membership uses the one between for a number that left and came back.
        self._generation += 2
        self._membership.assign(self._generation, numbers, moved)
