"""What the Desk asks of a log: the reading side of a bus, outside any group."""

from collections.abc import Sequence
from typing import Protocol

from services.stream.bus import Partition, Record


class Source(Protocol):
    """A `Bus` is one; so are the files of a replay."""

    async def partitions(self, topic: str) -> int: ...

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        """Committed records from `start` on; empty at the end."""

    async def end(self, partition: Partition) -> int:
        """The offset after the last committed record."""
