"""Records packed into blobs of bounded size: rows of the embedded log, blocks of a snapshot. Pure."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from services.stream.bus import Headers, Partition, Record

BATCH_RECORDS = 512
BATCH_BYTES = 1024 * 1024
"""A batch ends after the record that passes either bound, so a read decodes little it does not want."""


class StoredRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record without its partition, which all records of a batch share."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_us: int

    def size(self) -> int:
        return len(self.key or b"") + len(self.value or b"") + sum(len(value) for _, value in self.headers)


class Batch(msgspec.Struct, frozen=True):
    """Packed records, and what must be known of them without unpacking."""

    last_offset: int
    oldest_us: int
    records: bytes


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[StoredRecord])


def pack(records: Iterable[StoredRecord]) -> Iterator[Batch]:
    """Batches of records in offset order."""
    pending: list[StoredRecord] = []
    size = 0
    for record in records:
        pending.append(record)
        size += record.size()
        if len(pending) >= BATCH_RECORDS or size >= BATCH_BYTES:
            yield _batch(pending)
            pending, size = [], 0
    if pending:
        yield _batch(pending)


def _batch(records: Sequence[StoredRecord]) -> Batch:
    oldest = min(record.timestamp_us for record in records)
    return Batch(records[-1].offset, oldest, _ENCODER.encode(records))


def unpack(records: bytes) -> list[StoredRecord]:
    return _DECODER.decode(records)


def unpack_from(partition: Partition, records: bytes, start: int) -> list[Record]:
    return [
        Record(partition, stored.offset, stored.key, stored.value, stored.headers, stored.timestamp_us)
        for stored in _DECODER.decode(records)
        if stored.offset >= start
    ]
