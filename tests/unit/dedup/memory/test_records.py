from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from services.contracts import wire
from services.contracts.articles import Watermark
from services.dedup.memory.records import Records
from services.dedup.memory.store import HeapStore


class Counting(HeapStore):
    """Counts what is written."""

    writes = 0

    def put(self, number: int, value: bytes) -> None:
        self.writes += 1
        super().put(number, value)


def mark(origin: int, *, zone: int = 0) -> Watermark:
    at = datetime(2026, 3, 2, 6, tzinfo=timezone(timedelta(hours=zone)))
    return Watermark(origin=origin, origins=9, at=at)


STEPS = st.tuples(st.integers(0, 9), st.integers(0, 99) | st.none() | st.just("encoded"))


@given(st.lists(STEPS, max_size=80))
def test_a_record_is_what_it_was_last_set_to(steps: list[tuple[int, int | str | None]]) -> None:
    records, there = Records(Watermark, HeapStore(), most=3), dict[int, Watermark]()
    for number, origin in steps:
        if origin is None:
            records.drop(number)
            there.pop(number, None)
        elif isinstance(origin, str):
            there[number] = mark(100 + number)
            records.put_encoded(number, wire.encode(there[number]))
        else:
            records[number] = there[number] = mark(origin)
        assert {number: records[number] for number in there} == there
        assert records.decoded() <= 3


def test_what_changes_often_is_written_once_it_is_out_of_use() -> None:
    store = Counting()
    records = Records(Watermark, store, most=1)
    for origin in range(50):
        records[0] = mark(origin)
    assert store.writes == 0
    records[1] = mark(1)
    assert (store.writes, records[0]) == (1, mark(49))
    assert records[1] == mark(1)
    assert store.writes == 2, "what was only read is not written again"


def test_a_time_keeps_its_zone() -> None:
    records = Records(Watermark, HeapStore(), most=1)
    records[0], records[1] = mark(1, zone=2), mark(1)
    assert wire.encode(records[0]) == wire.encode(mark(1, zone=2))
    assert records[0].at.tzinfo != UTC
