"""The bounded queue of a lane."""

from hypothesis import given
from hypothesis import strategies as st

from services.stream.bus import Partition, Record
from services.stream.inbox import Inbox


def record(offset: int, size: int) -> Record:
    return Record(Partition("t", 0), offset, None, bytes(size), (), 0)


@given(st.lists(st.integers(0, 20), max_size=40), st.integers(1, 8), st.integers(1, 40))
def test_everything_comes_out_once_in_order_within_the_bounds(
    sizes: list[int], most_records: int, most_bytes: int
) -> None:
    inbox = Inbox(most_records=10, most_bytes=100)
    records = [record(i, size) for i, size in enumerate(sizes)]
    inbox.put(records)
    out: list[Record] = []
    while taken := inbox.take(most_records=most_records, most_bytes=most_bytes):
        assert len(taken) <= most_records
        assert len(taken) == 1 or sum(len(r.value or b"") for r in taken) <= most_bytes
        out += taken
    assert out == records
    assert not inbox.filled.is_set()
    assert not inbox.full


def test_it_is_full_by_records_or_by_bytes() -> None:
    inbox = Inbox(most_records=2, most_bytes=100)
    inbox.put([record(0, 1)])
    assert not inbox.full
    inbox.put([record(1, 1)])
    assert inbox.full
    inbox = Inbox(most_records=10, most_bytes=100)
    inbox.put([record(0, 100)])
    assert inbox.full
    inbox.take(most_records=1, most_bytes=1)
    assert not inbox.full
