"""What the Desk asks of a log: the reading side of a bus, outside any group."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

from services.stream.bus import Partition, Record

STEPS_BACK: Final = (1, 16, 256)


class Source(Protocol):
    """A `Bus` is one; so are the files of a replay."""

    async def partitions(self, topic: str) -> int: ...

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        """Committed records from `start` on; empty at the end."""

    async def end(self, partition: Partition) -> int:
        """The offset after the last committed record."""


@runtime_checkable
class Ends(Protocol):
    """A source that tells many ends at once: then partitions in which nothing lies need not be read."""

    async def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]: ...


@runtime_checkable
class Backwards(Protocol):
    """A source that finds what lies before a record by itself."""

    def previous(self, partition: Partition, offset: int) -> int | None: ...


async def previous(source: Source, partition: Partition, offset: int) -> int | None:
    """The offset of the record before, across the gaps that cleaning leaves; None where none is near."""
    if isinstance(source, Backwards):
        return source.previous(partition, offset)
    for back in STEPS_BACK if offset else ():
        start = max(0, offset - back)
        records = await source.read(partition, start, max_records=offset - start)
        before = [record.offset for record in records if record.offset < offset]
        if before:
            return before[-1]
    return None
