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


class Batch(msgspec.Struct, frozen=True):
    """Packed records, and what must be known of them without unpacking."""

    last_offset: int
    oldest_us: int
    records: bytes


_ARRAY_32, _COUNT_BYTES = b"\xdd", 4
"""How MessagePack begins an array whose length takes four bytes."""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[StoredRecord])


def pack(records: Iterable[StoredRecord]) -> Iterator[Batch]:
    """Batches of records in offset order."""
    pending: list[StoredRecord] = []
    packed: list[bytes] = []
    size = 0
    for record in records:
        one = _ENCODER.encode(record)
        pending.append(record)
        packed.append(one)
        size += len(one)
        if len(pending) >= BATCH_RECORDS or size >= BATCH_BYTES:
            yield _batch(pending, packed)
            pending, packed, size = [], [], 0
    if pending:
        yield _batch(pending, packed)


def _batch(records: Sequence[StoredRecord], packed: Sequence[bytes]) -> Batch:
    oldest = min([record.timestamp_us for record in records])
    # The elements are packed already: their sizes had to be known.
    head = _ARRAY_32 + len(packed).to_bytes(_COUNT_BYTES, "big")
    return Batch(records[-1].offset, oldest, b"".join([head, *packed]))


def count_in(records: bytes) -> int:
    """How many records are packed, without unpacking them. 0: it is not told, as in what 0.1 packed."""
    if not records.startswith(_ARRAY_32):
        return 0
    return int.from_bytes(records[1 : 1 + _COUNT_BYTES], "big")


def unpack(records: bytes) -> list[StoredRecord]:
    return _DECODER.decode(records)


def unpack_from(partition: Partition, records: bytes, start: int) -> list[Record]:
    return [
        Record(partition, stored.offset, stored.key, stored.value, stored.headers, stored.timestamp_us)
        for stored in _DECODER.decode(records)
        if stored.offset >= start
    ]
