"""Records as they lie in Kafka, and back. Pure.

Kafka keeps milliseconds and nothing before 1970. What it would lose rides in a header of our own,
which readers of this bus never see.
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from services.stream.bus import Headers, Output, Partition, Record

EXACT = "newsfold-timestamp-us"
"""Header with the microseconds since the epoch, where milliseconds do not tell them."""


class WireRecord(NamedTuple):
    """What a producer is given."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    timestamp_ms: int


class RawRecord(Protocol):
    """What a consumer hands out."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...
    @property
    def timestamp(self) -> int: ...


def to_wire(output: Output, now_us: int) -> WireRecord:
    """A record without a time of its own is stamped with `now_us`, in whole milliseconds."""
    stamp_us = output.timestamp_us or now_us - now_us % 1000
    stamp_ms = max(0, stamp_us // 1000)
    headers = list(output.headers)
    if stamp_ms * 1000 != stamp_us:
        headers.append((EXACT, str(stamp_us).encode()))
    return WireRecord(output.key, output.value, headers, stamp_ms)


def from_wire(partition: Partition, raw: RawRecord) -> Record:
    headers: Headers = tuple((name, value or b"") for name, value in raw.headers)
    stamp_us = raw.timestamp * 1000
    if headers and headers[-1][0] == EXACT:
        stamp_us = int(headers[-1][1])
        headers = headers[:-1]
    return Record(partition, raw.offset, raw.key, raw.value, headers, stamp_us)


def size_of(wire: WireRecord) -> int:
    headers = sum(len(name.encode()) + len(value) for name, value in wire.headers)
    return len(wire.key or b"") + len(wire.value or b"") + headers
