"""From what is committed one can tell what became of a transaction."""

from hypothesis import given
from hypothesis import strategies as st

from services.stream.bus import Partition
from services.stream.kafka.marks import CommittedOffset, judge, positions, to_commit

PARTITIONS = [Partition("a", 3), Partition("b", 3)]
OFFSETS = st.dictionaries(st.sampled_from(PARTITIONS), st.integers(0, 5))


def committed(offsets: dict[Partition, int], mark: str) -> dict[Partition, CommittedOffset]:
    return {partition: CommittedOffset(offset, mark) for partition, offset in offsets.items()}


@given(OFFSETS, OFFSETS)
def test_a_transaction_is_done_or_not_done_even_if_it_moves_no_offset(
    before: dict[Partition, int], consumed: dict[Partition, int]
) -> None:
    known = committed(before, "w-1")
    attempted = to_commit(known, consumed, PARTITIONS[0], "w-2")
    assert judge(known, {**known, **attempted}, attempted) == "done"
    assert judge(known, known, attempted) == "not done"
    assert positions({**known, **attempted}) == {**before, **consumed}


@given(OFFSETS, OFFSETS)
def test_what_somebody_else_committed_is_never_taken_for_ours(
    before: dict[Partition, int], consumed: dict[Partition, int]
) -> None:
    known = committed(before, "w-1")
    attempted = to_commit(known, consumed, PARTITIONS[0], "w-2")
    theirs = to_commit(known, consumed, PARTITIONS[0], "v-1")
    assert judge(known, {**known, **theirs}, attempted) == "another"
    assert judge(known, {**known, **attempted, **theirs}, attempted) == "another"


def test_an_input_nothing_was_read_from_stays_unread_when_it_is_marked() -> None:
    attempted = to_commit({}, {}, PARTITIONS[0], "w-1")
    assert positions(attempted) == {}
    again = to_commit(attempted, {}, PARTITIONS[0], "w-2")
    assert positions(again) == {}
    assert positions(to_commit(again, {PARTITIONS[0]: 0}, PARTITIONS[0], "w-3")) == {PARTITIONS[0]: 0}
