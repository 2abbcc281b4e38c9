"""Packing loses nothing and keeps its bounds."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.stream import batches
from services.stream.batches import StoredRecord, count_in, pack, unpack, unpack_from
from services.stream.bus import Partition

blob = st.one_of(st.none(), st.binary(max_size=50))
stored = st.builds(
    StoredRecord,
    offset=st.integers(0, 2**62),
    key=blob,
    value=blob,
    headers=st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=5)), max_size=3).map(tuple),
    timestamp_us=st.integers(0, 2**62),
)


@given(st.lists(stored, max_size=20))
def test_what_is_packed_is_unpacked(records: list[StoredRecord]) -> None:
    packed = list(pack(records))
    assert [record for batch in packed for record in unpack(batch.records)] == records
    assert all(batch.last_offset == unpack(batch.records)[-1].offset for batch in packed)
    assert all(batch.oldest_us == min(r.timestamp_us for r in unpack(batch.records)) for batch in packed)


def test_a_batch_ends_at_its_bound_of_records_or_bytes() -> None:
    small = [StoredRecord(i, b"k", b"v", (), 1) for i in range(batches.BATCH_RECORDS + 1)]
    assert [len(unpack(batch.records)) for batch in pack(small)] == [batches.BATCH_RECORDS, 1]
    large = [StoredRecord(i, b"k", bytes(batches.BATCH_BYTES // 2), (), 1) for i in range(5)]
    assert [len(unpack(batch.records)) for batch in pack(large)] == [2, 2, 1]


def test_unpacking_can_begin_inside_a_batch() -> None:
    (batch,) = pack([StoredRecord(i, b"k", b"%d" % i, (), 1) for i in (3, 5, 9)])
    found = unpack_from(Partition("t", 1), batch.records, 4)
    assert [(record.offset, record.value, record.partition) for record in found] == [
        (5, b"5", Partition("t", 1)),
        (9, b"9", Partition("t", 1)),
    ]


@given(st.lists(stored, min_size=1, max_size=20))
def test_a_batch_tells_how_many_it_holds(records: list[StoredRecord]) -> None:
    assert sum(count_in(batch.records) for batch in pack(records)) == len(records)
    assert count_in(msgspec.msgpack.encode(records)) == 0, "as it was packed once"
    assert unpack(msgspec.msgpack.encode(records)) == records
