"""What a step means for the log."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.stream.bus import Fatal, Output, Partition, Record
from services.stream.service import Poison, Step
from services.stream.steps import bury_reading, bury_record, to_commit, whole_or_one_by_one

IN = Partition("in", 0)


def record(offset: int, value: bytes) -> Record:
    return Record(IN, offset, b"k", value, (("h", b"1"),), 1_000)


def passing(records: Sequence[Record]) -> Step:
    """Refuses a batch with poison in it before doing anything."""
    if any(r.value == b"poison" for r in records):
        raise Poison("bad", "it is poison")
    return Step(
        outputs=[Output(Partition("out", 0), r.key, r.value) for r in records],
        outcomes={"passed": len(records)},
    )


@given(st.lists(st.sampled_from([b"poison", b"good"]), min_size=1))
def test_the_poisonous_die_and_the_others_pass_as_if_they_were_alone(values: list[bytes]) -> None:
    records = [record(i, value) for i, value in enumerate(values)]
    step = whole_or_one_by_one(passing, records, bury_record, None)
    good = [r for r in records if r.value == b"good"]
    assert step.outputs == passing(good).outputs
    assert step.outcomes.get("passed", 0) == len(good)
    assert [dead.origin for dead in step.dead] == [f"in/0/{r.offset}" for r in records if r not in good]
    assert step.consumed is None


def test_a_dead_letter_carries_the_record_untouched() -> None:
    (dead,) = whole_or_one_by_one(passing, [record(7, b"poison")], bury_record, None).dead
    assert (dead.key, dead.value, dead.headers) == (b"k", b"poison", (("h", b"1"),))
    assert (dead.reason, dead.detail, dead.origin) == ("bad", "it is poison", "in/0/7")


@pytest.mark.parametrize("count", [1, 2])
def test_where_all_is_poison_the_offsets_held_back_stay_held_back(count: int) -> None:
    records = [record(i, b"poison") for i in range(count)]
    assert whole_or_one_by_one(passing, records, bury_record, {IN: 3}).consumed == {IN: 3}
    assert whole_or_one_by_one(passing, records, bury_record, None).consumed is None


def test_a_reading_is_buried_as_json_of_bounded_size() -> None:
    dead = bury_reading({"url": "https://a.example"}, Poison("bad", "x"), origin="o")
    assert dead.value == b'{"url":"https://a.example"}'
    assert len(bury_reading("x" * 3_000_000, Poison("bad", "x"), origin="o").value or b"") == 1024 * 1024


def test_without_word_from_the_step_everything_given_is_committed() -> None:
    assert to_commit(Step(), {IN: 5}, {}) == {IN: 5}
    assert to_commit(Step(), {IN: 5}, {IN: 5}) == {}


def test_a_step_may_hold_offsets_back_but_not_run_ahead() -> None:
    assert to_commit(Step(consumed={IN: 2}), {IN: 5}, {IN: 1}) == {IN: 2}
    assert to_commit(Step(consumed={}), {IN: 5}, {IN: 1}) == {}
    with pytest.raises(Fatal, match="in/0 is consumed up to offset 6"):
        to_commit(Step(consumed={IN: 6}), {IN: 5}, {})
