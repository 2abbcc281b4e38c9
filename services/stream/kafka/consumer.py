"""A reader of what is committed, in a group or outside of all, with aiokafka's defaults overruled."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from services.stream.bus import Fatal, Partition
from services.stream.kafka.assignor import Sharer
from services.stream.kafka.bounds import FETCH_BYTES, RECORD_BYTES
from services.stream.kafka.client import (
    Access,
    AIOKafkaConsumer,
    ConsumerRebalanceListener,
    OutOfRange,
    cancel,
    end,
    kafka,
    milliseconds,
    start,
    time_limit,
    translate_errors,
)
from services.stream.kafka.records import RawRecord

NEVER_S = 86_400.0
"""aiokafka leaves the group by itself when nobody fetched for so long. A restore or a full queue may
last; whether the loop still turns is the health probe's business."""


class Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]
    """Passes rebalances on. aiokafka swallows what a listener raises, so these must not raise."""

    def __init__(self, revoked: Callable[[], Awaitable[None]], assigned: Callable[[], None]) -> None:
        self._revoked = revoked
        self._assigned = assigned

    async def on_partitions_revoked(self, revoked: Any) -> None:
        del revoked
        await self._revoked()

    def on_partitions_assigned(self, assigned: Any) -> None:
        del assigned
        self._assigned()


class Consumer:
    """Reads what is committed, from where it was told to and nowhere else."""

    def __init__(
        self,
        access: Access,
        *,
        group: str | None = None,
        instance: str | None = None,
        committed: bool = True,
    ) -> None:
        """`committed` False is for looking at ends alone."""
        bounds = access.bounds
        self.sharer = Sharer()
        self._access = access
        self._group = group
        join_s = bounds.rebalance_s + bounds.request_s
        self._client = AIOKafkaConsumer(
            **{**access.options(), "request_timeout_ms": milliseconds(join_s if group else bounds.request_s)},
            client_id=access.client,
            group_id=group,
            group_instance_id=instance,
            isolation_level="read_committed" if committed else "read_uncommitted",
            enable_auto_commit=False,
            auto_offset_reset="none",
            partition_assignment_strategy=[self.sharer],
            session_timeout_ms=milliseconds(bounds.session_s),
            heartbeat_interval_ms=milliseconds(bounds.session_s / 10),
            rebalance_timeout_ms=milliseconds(bounds.rebalance_s),
            max_poll_interval_ms=milliseconds(NEVER_S),
            # Fetching for one more partition waits until the fetch under way has its answer.
            fetch_max_wait_ms=200,
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=RECORD_BYTES,
            check_crcs=True,
        )

    async def start(self) -> None:
        await start(self._access, "a reader", self._client.start)

    @property
    def member_id(self) -> str:
        """Given by the group's coordinator; another one after the group did without us."""
        return str(self._client._coordinator.member_id)  # noqa: SLF001

    def subscribe(self, topics: Sequence[str], listener: Rebalances) -> None:
        self._client.subscribe([self._access.prefix + topic for topic in topics], listener=listener)

    def assign(self, partitions: Iterable[Partition]) -> None:
        self._client.assign([self._access.wire(partition) for partition in partitions])

    def assignment(self) -> frozenset[Partition]:
        return frozenset(self._access.partition_of(partition) for partition in self._client.assignment())

    def seek(self, partition: Partition, offset: int) -> None:
        """Does nothing for a partition that is not assigned."""
        with suppress(kafka.IllegalStateError):
            self._client.seek(self._access.wire(partition), offset)
            self._client.resume(self._access.wire(partition))

    def hold(self, partition: Partition) -> None:
        """Give an assigned partition a position and fetch nothing of it.

        Without a position, aiokafka would go to the committed offset by itself, and fetch.
        """
        self._client.seek(self._access.wire(partition), 0)
        self._client.pause(self._access.wire(partition))

    def check(self) -> None:
        """Raise what went wrong in the group, which aiokafka else tells only who fetches."""
        with translate_errors(self._access, f"being a member of group {self._group!r}", otherwise=Fatal):
            self._client._coordinator.check_errors()  # noqa: SLF001

    async def fetch(
        self, partitions: Iterable[Partition], *, max_records: int, timeout_s: float
    ) -> dict[Partition, list[RawRecord]]:
        """Raises `OutOfRange` for an offset that is not there."""
        access = self._access
        wanted = [access.wire(partition) for partition in partitions]
        with translate_errors(access, "fetching", otherwise=Fatal):
            try:
                # During a rebalance getmany() waits without end.
                async with asyncio.timeout(timeout_s + 0.01):
                    got = await self._client.getmany(
                        *wanted, timeout_ms=milliseconds(timeout_s), max_records=max_records
                    )
            except TimeoutError:
                return {}
            except kafka.OffsetOutOfRangeError as error:
                raise OutOfRange(
                    {access.partition_of(p): offset for p, offset in error.args[0].items()}
                ) from None
        return {access.partition_of(partition): records for partition, records in got.items() if records}

    async def position(self, partition: Partition) -> int:
        async with time_limit(self._access, "asking for a position", self._access.bounds.request_s):
            return int(await self._client.position(self._access.wire(partition)))

    async def ends(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Where the first open transaction begins, or the log ends."""
        return await self._edges("the end", self._client.end_offsets, partitions)

    async def beginnings(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        return await self._edges("the beginning", self._client.beginning_offsets, partitions)

    async def _edges(
        self, edge: str, ask: Callable[..., Awaitable[Any]], partitions: Iterable[Partition]
    ) -> dict[Partition, int]:
        access = self._access
        wanted = sorted(partitions)
        named = ", ".join(f"{topic}/{number}" for topic, number in wanted[:3])
        async with time_limit(access, f"asking for {edge} of {named}", access.bounds.request_s):
            wired = [access.wire(partition) for partition in wanted]
            await self._meet({topic for topic, _ in wired})
            told = await ask(wired)
        return {access.partition_of(partition): offset for partition, offset in told.items()}

    async def _meet(self, topics: set[str]) -> None:
        """Learn where topics lie, all at once: aiokafka by itself would learn one every 100 ms."""
        client = self._client._client  # noqa: SLF001
        known = client.cluster.topics()
        if topics - known:
            await client.set_topics(known | topics)

    async def end(self) -> None:
        await end(self._access, self._client.stop, self._cut)

    async def _cut(self) -> None:
        client = self._client
        coordinator, fetcher = client._coordinator, client._fetcher  # noqa: SLF001
        names = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_reset_committed_task")
        tasks = [getattr(coordinator, name, None) for name in names]
        await cancel([*tasks, getattr(fetcher, "_fetch_task", None)])
        await client._client.close()  # noqa: SLF001
