"""A task's state is its changelog: read it back in order, or keep its live records in a snapshot.

The compacted topic is the authority. `restore` proves what it applied by count, offset and checksum;
a snapshot only shortens the way.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from services.stream.bus import Bus, Partition, Record, Retry
from services.stream.clock import Clock, SystemClock
from services.stream.image import Image, close_files, image_path, load_image
from services.stream.retention import last_offsets
from services.stream.service import ImagedTask
from services.stream.snapshot import (
    Anchor,
    Draft,
    Header,
    Lineage,
    Rejection,
    Snapshot,
    SnapshotFolder,
    load,
)

T = TypeVar("T")
READ_RECORDS = 1000

Apply = Callable[[Record], None]
Progress = Callable[[int, int], None]
"""Called with (how far, of how much), such as the next offset and the end, after each stretch."""


class RestoreResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did."""

    count: int
    """Records applied, the snapshot's included."""
    next_offset: int
    checksum: str
    """SHA-256 over offset, key and value of what was applied, in order."""
    from_snapshot: int = 0
    image: bool = False
    """It went on from an image; what that stands for is not counted."""
    ignored: str = ""
    """Why the image or snapshot was not used; empty where it was, or none was asked for."""
    refused: bool = False
    """There was a snapshot, and it could not be believed."""
    followed: bool = False
    """It was followed while another owned the number; only the rest was read now."""


class LogLost(Retry):
    """What was applied is not of the log at hand: to be tried again from its beginning."""


class _Applier:
    """Applies records and keeps count."""

    def __init__(self, apply: Apply) -> None:
        self._apply = apply
        self._sum = hashlib.sha256()
        self._encode = msgspec.msgpack.Encoder().encode
        self.count = 0

    def __call__(self, records: Sequence[Record]) -> None:
        for record in records:
            self._apply(record)
            self._sum.update(self._encode((record.offset, record.key, record.value)))
        self.count += len(records)

    def checksum(self) -> str:
        return self._sum.hexdigest()


async def walk(bus: Bus, partition: Partition, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
    """The committed records from `start` up to, not including, offset `end`."""
    while start < end:
        records = await bus.read(partition, start, max_records=READ_RECORDS)
        if not records:
            return
        start = records[-1].offset + 1
        wanted = records if start <= end else [record for record in records if record.offset < end]
        if wanted:
            yield wanted


async def read_ahead(blocks: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same, each asked for while the one before it is in use."""
    coming = asyncio.ensure_future(_next(blocks))
    try:
        while (block := await coming) is not None:
            coming = asyncio.ensure_future(_next(blocks))
            yield block
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _next(blocks: AsyncIterator[T]) -> T | None:
    return await anext(blocks, None)


def _tell_nobody(at: int, end: int) -> None: ...


class Restoration:
    """A changelog being read into a state: up to its end as of now, and on from there as often as is asked.

    Where `follow` raises in `apply`, the state must not be worked on.
    """

    def __init__(
        self, bus: Bus, partition: Partition, apply: Apply, *, imaged: ImagedTask | None = None
    ) -> None:
        """`imaged` takes an image, if there is one to be believed, and `apply` what came behind it."""
        self._bus, self._partition, self._imaged = bus, partition, imaged
        self._applied = _Applier(apply)
        self._ignored = Rejection("", absent=True)
        self._from_image = False
        self._from_snapshot = 0
        self.next_offset = 0
        """The log's records from here on are not in the state."""

    async def begin(self, folder: SnapshotFolder, now: datetime, progress: Progress = _tell_nobody) -> None:
        """From an image or a snapshot, if there is one to be believed."""
        end = await self._bus.end(self._partition)
        if self._imaged is not None:
            image = await _open_image(self._bus, self._partition, folder.of_images(), end, now)
            if not isinstance(image, Rejection):
                path = image_path(folder, self._partition)
                self.next_offset, self._from_image = await _take_image(image, self._imaged, path), True
                progress(self.next_offset, end)
                return
            self._ignored = image
        found = await _open_snapshot(self._bus, self._partition, folder, end, now)
        if isinstance(found, Rejection):
            self._ignored = found if self._ignored.absent else self._ignored
            return
        self.next_offset = await _apply_snapshot(found, self._applied, lambda at: progress(at, end))
        self._from_snapshot = self._applied.count

    async def follow(
        self, progress: Progress = _tell_nobody, *, wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Apply what the log has, off the event loop; no further than the stretch in which it is not wanted.

        Raises `LogLost` where the log ends before what was applied.
        """
        end = await self._bus.end(self._partition)
        if end < self.next_offset:
            raise LogLost(f"{self._partition.topic}/{self._partition.number} was begun anew")
        async with aclosing(read_ahead(walk(self._bus, self._partition, self.next_offset, end))) as blocks:
            async for records in blocks:
                await asyncio.to_thread(self._applied, records)
                self.next_offset = records[-1].offset + 1
                progress(self.next_offset, end)
                if not wanted():
                    return
        self.next_offset = end

    def result(self, *, followed: bool = False) -> RestoreResult:
        return RestoreResult(
            count=self._applied.count,
            next_offset=self.next_offset,
            checksum=self._applied.checksum(),
            from_snapshot=self._from_snapshot,
            image=self._from_image,
            ignored=self._ignored.reason,
            refused=bool(self._ignored.reason) and not self._ignored.absent,
            followed=followed,
        )


async def restore(
    bus: Bus,
    partition: Partition,
    apply: Apply,
    *,
    snapshot: SnapshotFolder | None = None,
    imaged: ImagedTask | None = None,
    progress: Progress = _tell_nobody,
    clock: Clock | None = None,
) -> RestoreResult:
    """Apply the changelog up to its end as of now, in offset order, off the event loop.

    Raises what `apply` raises: a state that cannot be read back must not be worked on.
    """
    restoration = Restoration(bus, partition, apply, imaged=imaged)
    if snapshot is not None:
        await restoration.begin(snapshot, (clock or SystemClock()).now(), progress)
    await restoration.follow(progress)
    return restoration.result()


async def _open_snapshot(
    bus: Bus, partition: Partition, folder: SnapshotFolder, end: int, now: datetime
) -> Snapshot | Rejection:
    """The snapshot, proved whole and proved to be of this log."""
    found = await asyncio.to_thread(load, folder, partition, end=end, now=now)
    if isinstance(found, Rejection):
        return found
    empty = not found.header.records
    doubt = "is empty" if empty else await _mismatch(bus, partition, found.header)
    if doubt:
        found.close()
        return Rejection(f"{folder.path(partition)} {doubt}", absent=empty)
    return found


async def _open_image(
    bus: Bus, partition: Partition, folder: SnapshotFolder, end: int, now: datetime
) -> Image | Rejection:
    found = await asyncio.to_thread(load_image, folder, partition, end=end, now=now)
    if isinstance(found, Rejection):
        return found
    why = await _mismatch(bus, partition, found.footer)
    if why:
        close_files(found.parts)
        return Rejection(f"{image_path(folder, partition)} {why}")
    return found


async def _take_image(image: Image, task: ImagedTask, path: Path) -> int:
    """The offset from which records are read on."""
    try:
        await asyncio.to_thread(task.load, image.parts)
    except Exception:
        await asyncio.to_thread(path.unlink, missing_ok=True)  # the next start is to go by the log
        raise
    return image.footer.next_offset


async def _mismatch(bus: Bus, partition: Partition, header: Lineage) -> str:
    """Why the log at hand is not the one the snapshot was taken from: it may have been begun anew."""
    known = 0
    for anchor in header.anchors:
        records = await bus.read(partition, anchor.offset, max_records=1)
        if records and records[0].offset == anchor.offset:
            if Anchor.of(records[0]) != anchor:
                return f"is of another log, which has another record at offset {anchor.offset}"
            known += 1
    return "" if known else "has no record in common with the log"


async def _apply_snapshot(snapshot: Snapshot, applied: _Applier, told: Callable[[int], None]) -> int:
    try:
        blocks = snapshot.blocks()
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            await asyncio.to_thread(applied, block)
            told(block[-1].offset + 1)
    finally:
        snapshot.close()
    return snapshot.header.next_offset


def _is_live(record: Record, last: Mapping[bytes, int]) -> bool:
    return record.key is not None and record.value is not None and last.get(record.key) == record.offset


async def save(
    bus: Bus, partition: Partition, folder: SnapshotFolder, *, clock: Clock | None = None
) -> Header:
    """Write the changelog's live records, as of now, to a snapshot. Holds keys in memory, not values.

    Raises OSError where the file cannot be written; the older snapshot then stays.
    """
    now = (clock or SystemClock()).now()
    end = await bus.end(partition)
    last: dict[bytes, int] = {}
    async for records in walk(bus, partition, 0, end):
        await asyncio.to_thread(last_offsets, records, last)
    draft = await asyncio.to_thread(Draft, folder.path(partition))
    try:
        async for records in walk(bus, partition, 0, end):
            live = [record for record in records if _is_live(record, last)]
            await asyncio.to_thread(draft.add, live)
        return await asyncio.to_thread(
            draft.finish, partition, scheme=folder.scheme, next_offset=end, now=now
        )
    finally:
        await asyncio.to_thread(draft.drop)
