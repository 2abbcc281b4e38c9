"""Reading outside any group: changelogs, snapshots, exports, and whether an input is caught up with.

One consumer for each partition that was read lately, so that a walk over a partition goes on in
what was fetched ahead; and one that asks for the ends.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from services.stream.bus import BusError, Partition, Record, Retry
from services.stream.kafka.client import Access, OutOfRange
from services.stream.kafka.consumer import Consumer
from services.stream.kafka.records import from_wire

MOST_OPEN = 16
FETCH_S = 0.02
"""Short: a stretch that ends in transaction markers brings no record to wake up for."""


class _Cursor:
    """A consumer of one partition, and where it is."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.offset = -1
        """Every record from here on is still to come."""
        self.looked_to = -1
        """From `offset` up to here there is none."""
        self.turn = asyncio.Lock()


class Reader:
    """`drop` takes a consumer that is to be ended in the background."""

    def __init__(self, access: Access, drop: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._access = access
        self._drop = drop
        self._edges: Consumer | None = None
        self._raw_edges: Consumer | None = None
        self._opening = asyncio.Lock()
        self._cursors: OrderedDict[Partition, _Cursor] = OrderedDict()

    async def read(self, partition: Partition, start: int, *, max_records: int) -> list[Record]:
        """Records from `start` on that are committed now; empty at the end."""
        (end,) = (await self.ends([partition])).values()
        if start >= end:
            return []
        cursor = await self._cursor(partition)
        async with cursor.turn:
            try:
                async with asyncio.timeout(self._access.bounds.read_s):
                    return await self._read(cursor, partition, start, end, max_records)
            except (BusError, TimeoutError) as error:
                self._forget(partition, cursor)
                if isinstance(error, BusError):
                    raise
                named = f"{partition.topic}/{partition.number}"
                raise Retry(
                    f"{named} was not read within {self._access.bounds.read_s:.0f} s from offset {start}"
                ) from error

    async def ends(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """The offset after the last record that is committed, and before any that is not."""
        async with self._opening:
            if self._edges is None:
                self._edges = await self._open()
        return await self._edges.ends(partitions)

    async def hanging(self, partitions: Iterable[Partition], wait_s: float) -> set[Partition]:
        """Partitions with records that `wait_s` later are still neither committed nor aborted."""
        async with self._opening:
            if self._raw_edges is None:
                self._raw_edges = await self._open(committed=False)
        known = list(partitions)
        if not known:
            return set()
        written = await self._raw_edges.ends(known)
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            settled = await self.ends(known)
            open_still = {partition for partition, end in settled.items() if end < written[partition]}
            if not open_still or asyncio.get_running_loop().time() > deadline:
                return open_still
            await asyncio.sleep(FETCH_S)

    async def close(self) -> None:
        consumers = [cursor.consumer for cursor in self._cursors.values()]
        consumers += [edges for edges in (self._edges, self._raw_edges) if edges is not None]
        self._cursors.clear()
        self._edges = self._raw_edges = None
        await asyncio.gather(*(consumer.end() for consumer in consumers))

    async def _read(
        self, cursor: _Cursor, partition: Partition, start: int, end: int, max_records: int
    ) -> list[Record]:
        consumer = cursor.consumer
        if cursor.offset != start:
            consumer.seek(partition, start)
            cursor.looked_to = start
        while cursor.looked_to < end:
            # Where it stands is not known until the fetch has told.
            cursor.offset = -1
            try:
                got = await consumer.fetch([partition], max_records=max_records, timeout_s=FETCH_S)
            except OutOfRange:
                # Retention has dropped the beginning.
                consumer.seek(partition, (await consumer.beginnings([partition]))[partition])
                continue
            raw = got.get(partition, ())
            if raw:
                cursor.offset = cursor.looked_to = raw[-1].offset + 1
                return [from_wire(partition, one) for one in raw]
            cursor.looked_to = await consumer.position(partition)
            cursor.offset = start
        return []

    async def _cursor(self, partition: Partition) -> _Cursor:
        async with self._opening:
            cursor = self._cursors.get(partition)
            if cursor is None:
                consumer = await self._open()
                consumer.assign([partition])
                consumer.hold(partition)
                cursor = self._cursors[partition] = _Cursor(consumer)
            self._cursors.move_to_end(partition)
            for old in [one for one, other in self._cursors.items() if not other.turn.locked()]:
                if len(self._cursors) > MOST_OPEN and old != partition:
                    self._forget(old, self._cursors[old])
        return cursor

    async def _open(self, *, committed: bool = True) -> Consumer:
        consumer = Consumer(self._access, committed=committed)
        try:
            await consumer.start()
        except BaseException:
            await consumer.end()
            raise
        return consumer

    def _forget(self, partition: Partition, cursor: _Cursor) -> None:
        if self._cursors.get(partition) is cursor:
            del self._cursors[partition]
            self._drop(cursor.consumer.end())
