"""The Bus port: how records move. Knows nothing of news.

A bus is Kafka-shaped: topics of partitions, keys, offsets, consumer groups, compaction. Memory,
SQLite and Kafka stand behind it and pass one conformance suite (`tests/conformance/`).

The guarantee in one call: `publish(outputs, consumed)` is all or nothing. Either every output is
readable and the consumed offsets are committed, or nothing of it ever is.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

Headers = tuple[tuple[str, bytes], ...]


class Partition(NamedTuple):
    """A topic's partition. `topic` carries no prefix; the bus adds its own."""

    topic: str
    number: int


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as read. `value` None is a tombstone. `timestamp_us`: microseconds since the epoch, UTC."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_us: int


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to be published to an explicit partition."""

    partition: Partition
    key: bytes | None
    """Never None in a compacted topic."""
    value: bytes | None
    headers: Headers = ()
    timestamp_us: int = 0
    """0: the bus stamps it with its own clock."""


class TopicSpec(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    partitions: int
    compact: bool = False
    """Keep the last record of each key instead of a span of time."""
    retention_s: int | None = None
    """Age by `timestamp_us` at which a record may go; in a compacted topic only tombstones go."""
    lag_s: float | None = None
    """For a compacted topic of which a group takes every record in turn: an age at which the group has taken
    it, on a log that cannot tell. One that knows what its groups have taken goes by that. `inf`: never."""


class Assignment(msgspec.Struct, frozen=True):
    """What a member owns since the last rebalance. `generation` only grows."""

    generation: int
    partitions: frozenset[Partition]
    moved: frozenset[int] = frozenset()
    """Numbers of it that another member, who is there still, owned until then."""


class BusError(Exception):
    """Base of what a bus raises."""


class Retry(BusError):
    """It may work later: the broker is away, a lock is held."""


class Fenced(BusError):
    """Another member owns this input now. Nothing of the attempt is visible; stop the task."""


class Unclear(BusError):
    """All of the attempt took effect or nothing, and nobody can tell: the answer was lost.

    Only a new writer's `committed` tells, so the task starts again from there.
    """


class Fatal(BusError):
    """It will not work without a person: disk full, damaged log, wrong topic layout."""


class Writer(Protocol):
    """The only way out of a task: owns one number of a group's input partitions.

    Opening a writer fences any older writer of the same group and number (on Kafka: one
    transactional producer, `{group}-{topic}-{number}`), so a zombie's publish raises `Fenced`.
    """

    async def committed(self) -> Mapping[Partition, int]:
        """Next offset to read of each input partition; absent where nothing is committed."""

    async def publish(self, outputs: Sequence[Output], *, consumed: Mapping[Partition, int]) -> None:
        """All or nothing. `consumed` maps input partitions to the *next* offset to read.

        Raises `Fenced`, `Retry` or `Fatal` (nothing is visible), or `Unclear`.
        """

    async def close(self) -> None: ...


class GroupMember(Protocol):
    """One member of a consumer group."""

    async def assignment(self, *, timeout_s: float) -> Assignment | None:
        """The new assignment if it changed since the last call, else None after `timeout_s`.

        A number lost and regained between two calls is first reported lost, so that its old task
        is never mistaken for the new one.
        """

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """Fetch only these partitions, from these offsets. Unnamed ones are not fetched (restore gate)."""

    async def fetch(self, *, max_records: int, timeout_s: float) -> Mapping[Partition, Sequence[Record]]:
        """Committed records in offset order, at most `max_records` in all; empty after `timeout_s`."""

    async def close(self) -> None: ...


class Bus(Protocol):
    """A log of topics."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def create(self, topics: Sequence[TopicSpec]) -> None:
        """Create what is missing. Raises `Fatal` where a topic exists with another partition count."""

    async def partitions(self, topic: str) -> int: ...

    async def join(self, group: str, topics: Sequence[str]) -> GroupMember:
        """Topics of one group are co-partitioned: a number is assigned for all of them at once."""

    async def writer(self, group: str, topics: Sequence[str], number: int) -> Writer: ...

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        """`Writer.committed` for a whole group, seen from outside: fences nobody, may be a moment old."""

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        """Committed records from `start` on, outside any group; empty at the end."""

    async def end(self, partition: Partition) -> int:
        """The offset after the last committed record."""

    async def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """The same of many, asked at once."""

    async def compact(self, topic: str) -> None:
        """Keep the last record of each key, drop what is past retention; a bus may do it by itself."""
