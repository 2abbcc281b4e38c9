"""The only way out: one transactional producer for each number of a group.

Its transactional id is `{group}-{number}`, the group by its name on the broker. All input topics of a
group are co-partitioned and a number's partitions change hands together, so this is one producer per
input partition in the sense of the old pattern (before KIP-447): whoever opens the number's writer
fences every older one.

A publish is begin, send, wait for all, add offsets, commit; our own steps, because the client goes
on after failures that must stop it. After any failure the producer is dropped: the next one, with
the same id, makes the broker end what the old one left. Where a commit's answer is lost, the next
producer waits until the broker has decided, and the mark among the committed offsets then tells.
Before that, the group is asked whether the number is still ours: a zombie must not fence its heir.
"""

import asyncio
import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Literal, Protocol

import msgspec

from services.stream import layout
from services.stream.bus import BusError, Fatal, Fenced, Output, Partition, Retry, Unclear
from services.stream.kafka.client import Access
from services.stream.kafka.hanging import TransactionResult
from services.stream.kafka.marks import CommittedOffset, Offsets, judge, positions, to_commit
from services.stream.kafka.producer import Producer
from services.stream.kafka.records import WireRecord

PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0
TIDY_S = 3.0
"""How long a publish that failed for good tries to end its transaction before the broker does."""

Ownership = Literal["ours", "theirs", "undecided", "nobody asked"]


class WriterBus(Protocol):
    """What a writer needs of its bus."""

    access: Access

    async def wires(self, outputs: Sequence[Output]) -> dict[Partition, list[WireRecord]]:
        """Checked records by partition. Raises `Fatal`."""

    async def ownership(self, group: str, number: int) -> Ownership:
        """Whose the number is, if this process has members in the group. Raises `Retry`."""

    async def offsets(
        self, group: str, partitions: Iterable[Partition]
    ) -> dict[Partition, CommittedOffset]: ...

    async def last_result(self, transactional_id: str) -> TransactionResult | None:
        """What was decided for its last transaction. Raises `Retry`."""

    async def tidy(
        self, producer: Producer, group: str, transactional_id: str, decided: TransactionResult
    ) -> None:
        """End what the last transaction left hanging. Raises `Fenced` and `Retry`."""

    async def wait_until_visible(self, ends: Mapping[Partition, int]) -> None:
        """Wait until readers see the partitions up to these offsets. Raises `Retry`."""

    def end_later(self, producer: Producer) -> None: ...

    def forget_writer(self, writer: "KafkaWriter") -> None: ...


class Attempt(msgspec.Struct, frozen=True):
    """One transaction."""

    records: Mapping[Partition, Sequence[WireRecord]]
    offsets: Offsets


class KafkaWriter:
    """`Writer` on Kafka."""

    def __init__(self, bus: WriterBus, group: str, inputs: frozenset[Partition], number: int) -> None:
        self.group = group
        self.number = number
        self._bus = bus
        self._inputs = inputs
        self._anchor = min(inputs)
        self._producer: Producer | None = None
        self._known: Offsets = {}
        """What is committed, as long as nobody else has taken over."""
        self._over: BusError | None = None
        """Why nothing more can be published."""
        self._turn = asyncio.Lock()
        own = uuid.uuid4().hex[:12]
        self._marks = (f"{own}-{count}" for count in itertools.count(1))

    @property
    def name(self) -> str:
        return f"{self._bus.access.group(self.group)}-{self.number}"

    def positions(self) -> dict[Partition, int]:
        return positions(self._known)

    async def open(self) -> None:
        """Fence older writers, then read what is committed: in this order, else it may be stale."""
        await self._reopen(fenced=False)
        self._known = await self._read()

    async def committed(self) -> Mapping[Partition, int]:
        return self.positions()

    async def publish(self, outputs: Sequence[Output], *, consumed: Mapping[Partition, int]) -> None:
        """Returns when the records can be read. A publish that is cancelled closes the writer."""
        layout.check_consumed(self._inputs, consumed)
        records = await self._bus.wires(outputs)
        async with self._turn:
            if self._over is not None:
                raise self._over
            offsets = to_commit(self._known, consumed, self._anchor, next(self._marks))
            try:
                await self._transact(Attempt(records, offsets))
            except Retry:
                raise
            except BusError as error:
                self._over = error if isinstance(error, Fenced) else self._over
                raise
            except BaseException:
                self._drop()
                self._over = Unclear(f"a publish of {self.name} was cut off")
                raise
            self._known = {**self._known, **offsets}

    async def wait_until_idle(self) -> None:
        """Return between two publishes."""
        async with self._turn:
            return

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        self._over = self._over or Fatal(f"writer {self.name} is closed")
        self._bus.forget_writer(self)
        if producer is not None:
            await producer.end()

    async def _transact(self, attempt: Attempt) -> None:
        producer = await self._open_producer()
        try:
            ends = await producer.stage(attempt.records, attempt.offsets, self._bus.access.group(self.group))
        except BusError as error:
            self._drop()
            await self._give_up(attempt, error)
            raise
        try:
            quick = await producer.commit()
            # Decided is not done: until its markers are written, a crash may leave it hanging.
            await self._bus.wait_until_visible(ends)
        except BusError as error:
            self._drop()
            await self._find_out(attempt, error)
        else:
            if not quick:
                # The commit may have been sent twice, and the second may come late: into the next
                # transaction, where it would tear it (KAFKA-17754). A new epoch makes it worthless.
                self._drop()

    async def _open_producer(self) -> Producer:
        if self._producer is None:
            await self._reopen(fenced=False)
            if await self._read() != self._known:
                raise self._lose()
        assert self._producer is not None
        return self._producer

    async def _give_up(self, attempt: Attempt, error: BusError) -> None:
        """Nothing was committed. A `Fenced` may merely mean that our own transaction grew too old."""
        if isinstance(error, Fenced):
            await self._find_out(attempt, error)
        elif isinstance(error, Fatal):
            with suppress(BusError, TimeoutError):
                async with asyncio.timeout(TIDY_S):
                    await self._reopen(fenced=False)

    async def _find_out(self, attempt: Attempt, error: BusError) -> None:
        """Return if the attempt took effect, raise `Retry` if it did not, `Unclear` if it cannot be told."""
        found = await self._settled_offsets(error)
        verdict = judge(self._known, found, attempt.offsets)
        if verdict == "another":
            raise self._lose() from error
        if verdict == "not done":
            raise Retry(f"{error}; nothing of it took effect") from error

    async def _settled_offsets(self, error: BusError) -> Offsets:
        """What is committed once the broker has ended our last transaction."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._bus.access.bounds.settle_s
        pause_s = PAUSE_S
        while True:
            try:
                await self._reopen(fenced=isinstance(error, Fenced))
                return await self._read()
            except Retry as why:
                if loop.time() > deadline:
                    self._over = Unclear(
                        f"whether the last publish of {self.name} took effect could not be found out in "
                        f"{self._bus.access.bounds.settle_s:.0f} s: {why}"
                    )
                    raise self._over from error
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _reopen(self, *, fenced: bool) -> None:
        """A new producer, if the number is ours. Raises `Fenced` and `Retry`."""
        whose = await self._bus.ownership(self.group, self.number)
        if whose == "theirs" or (fenced and whose == "nobody asked"):
            raise Fenced(f"another member owns number {self.number} of group {self.group!r}")
        if whose == "undecided":
            raise Retry(f"group {self.group!r} is deciding who owns number {self.number}")
        self._drop()
        decided = await self._bus.last_result(self.name)
        producer = Producer(self._bus.access, self.name)
        try:
            await producer.start()
            if decided is not None:
                await self._bus.tidy(producer, self.group, self.name, decided)
        except BaseException:
            self._bus.end_later(producer)
            raise
        self._producer = producer

    async def _read(self) -> Offsets:
        return await self._bus.offsets(self.group, self._inputs)

    def _lose(self) -> Fenced:
        self._drop()
        return Fenced(f"another writer has published for number {self.number} of group {self.group!r}")

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            self._bus.end_later(producer)
