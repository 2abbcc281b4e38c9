"""Where a group of readers has got to, kept in the log itself."""

from collections.abc import Iterable, Mapping
from typing import Self

from services.stream.bus import Bus, Partition, Writer
from services.stream.groups import READERS


class Bookmark:
    """One reader of a group at a time: who opens it later is the reader, and the earlier is `Fenced`."""

    def __init__(self, writers: Mapping[Partition, Writer]) -> None:
        self._writers = writers

    @classmethod
    async def open(cls, bus: Bus, group: str, partitions: Iterable[Partition]) -> Self:
        """`group`: with or without what the names of readers' groups begin with."""
        name = READERS + group.removeprefix(READERS)
        return cls(
            {one: await bus.writer(f"{name}-{one.topic}", [one.topic], one.number) for one in partitions}
        )

    async def places(self) -> dict[Partition, int]:
        """Next offsets to read; a partition the group never read is absent."""
        found: dict[Partition, int] = {}
        for writer in self._writers.values():
            found.update(await writer.committed())
        return found

    async def move(self, places: Mapping[Partition, int]) -> None:
        """Raises `Fenced`, `Retry`, `Unclear` or `Fatal`."""
        for partition, place in places.items():
            await self._writers[partition].publish([], consumed={partition: place})

    async def close(self) -> None:
        for writer in self._writers.values():
            await writer.close()
