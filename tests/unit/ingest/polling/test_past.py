"""How a state that remembers much is written in little, and read back as it was."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import wire
from services.contracts.feeds import FeedState
from services.ingest.polling import past, poll
from services.ingest.polling.account import fates
from services.ingest.polling.past import joined, split
from services.ingest.readings import Reading
from services.stream.bus import Record
from tests.unit.ingest.polling.test_mark import ONE, known, restored, states_of, weight
from tests.unit.ingest.readings import entry, page
from tests.unit.ingest.readings import poll as document

SLUGS = st.lists(st.sampled_from("abcdefghijkl"), max_size=5, unique=True)
STEPS = st.lists(st.one_of(SLUGS, st.sampled_from("abcdefghijkl")), max_size=20)


@given(STEPS)
def test_whatever_entries_come_and_go_the_log_gives_back_what_was_known(steps: list[list[str] | str]) -> None:
    with patch.object(past, "RECENT", 2), patch.object(poll, "SEEN_KEPT", 5):
        readings: list[Reading] = [
            page(step, minutes=minutes)
            if isinstance(step, str)
            else document(ONE, *map(entry, step), minutes=minutes)
            for minutes, step in enumerate(steps)
        ]
        task = known()
        written = [
            Record(one.partition, offset, one.key, one.value, one.headers, 0)
            for offset, one in enumerate(states_of(task, readings))
        ]
    last = {record.key: record for record in written}
    assert restored(written) == task.states
    assert restored(sorted(last.values(), key=lambda record: record.offset)) == task.states


def fill(count: int) -> list[Reading]:
    """Documents of ten entries each, all of whose pages are fetched."""
    readings: list[Reading] = []
    for minutes in range(count):
        slugs = [f"{minutes}-{number}" for number in range(10)]
        readings.append(document(ONE, *map(entry, slugs), minutes=minutes))
        readings += [page(slug, minutes=minutes) for slug in slugs]
    return readings


def test_an_entry_that_comes_costs_a_fraction_of_what_is_remembered() -> None:
    task = known(ONE, *fill(90))
    (state,) = task.states.values()
    whole = len(wire.encode(state))
    sizes = [weight(one) for one in states_of(task, fill(120)[90 * 11 :])]
    assert len(state.seen) > 800
    assert sum(sizes) / len(sizes) < whole / 5
    assert fates(state).keys() == {"article"}


def remembering(count: int) -> FeedState:
    return known(ONE, *fill(count)).states[ONE.feed_id]


def test_a_state_in_two_has_the_same_account_as_the_whole() -> None:
    state = remembering(9)
    short, before = split(state, None)
    assert before is not None
    assert (len(short.seen), fates(short)) == (10, fates(state))
    assert joined(short, before) == state


def test_a_state_whose_entries_stand_in_another_order_is_written_whole() -> None:
    state = remembering(9)
    swapped = replace(state, seen=(*state.seen[:-2], state.seen[-1], state.seen[-2]))
    assert split(swapped, None) == (swapped, None)


def test_entries_whose_past_is_lost_are_forgotten_and_stay_counted() -> None:
    state = remembering(9)
    alone = joined(split(state, None)[0], None)
    assert len(alone.seen) == 10
    assert fates(alone) == fates(state)


def test_what_is_not_to_be_told_from_a_past_is_written_with_a_new_one() -> None:
    state = remembering(9)
    _, before = split(state, None)
    one = state.seen[50]
    renamed = replace(state, seen=(*state.seen[:50], replace(one, key=f"{one.key}0"), *state.seen[51:]))
    short, after = split(renamed, before)
    assert after is not None
    assert joined(short, after) == renamed
