"""What was fetched for a lane and not yet taken: bounded by records and bytes."""

import asyncio
from collections import deque
from collections.abc import Sequence

from services.stream.bus import Record


def size_of(record: Record) -> int:
    size = len(record.key or b"") + len(record.value or b"")
    for _, value in record.headers:
        size += len(value)
    return size


class Inbox:
    """Full beyond either bound; it may pass a bound by one fetch, which is bounded itself."""

    def __init__(self, *, most_records: int, most_bytes: int) -> None:
        self._most_records = most_records
        self._most_bytes = most_bytes
        self._records: deque[tuple[Record, int]] = deque()
        self.bytes = 0
        self.filled = asyncio.Event()
        """Set while there is something to take."""

    def __len__(self) -> int:
        return len(self._records)

    @property
    def full(self) -> bool:
        return len(self._records) >= self._most_records or self.bytes >= self._most_bytes

    def put(self, records: Sequence[Record]) -> None:
        for record in records:
            size = size_of(record)
            self._records.append((record, size))
            self.bytes += size
        if self._records:
            self.filled.set()

    def take(self, *, most_records: int, most_bytes: int) -> list[Record]:
        """The oldest records within the bounds, but at least one if there is any."""
        taken: list[Record] = []
        room = most_bytes
        while self._records and len(taken) < most_records:
            record, size = self._records[0]
            if taken and size > room:
                break
            self._records.popleft()
            taken.append(record)
            room -= size
            self.bytes -= size
        if not self._records:
            self.filled.clear()
        return taken
