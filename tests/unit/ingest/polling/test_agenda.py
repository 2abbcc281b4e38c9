"""What is due, and that keeping it up to date gives the same as looking at everything."""

import math

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.feeds import Feed, FeedState, PendingPage
from services.ingest.polling.agenda import Agenda, Appointment
from tests.unit.ingest.readings import START, after, feed, state

NOW = START.timestamp()
FEEDS = [feed(name) for name in "abc"]


def of(*known: tuple[Feed, FeedState]) -> Agenda:
    return Agenda.of({one.feed_id: one for one, _ in known}, {told.feed_id: told for _, told in known})


def waiting(slug: str, minutes: float) -> PendingPage:
    return PendingPage(url=f"https://paper.example/{slug}", listed_at=START, due_at=after(minutes))


def polls(agenda: Agenda, now: float = NOW) -> list[str]:
    return [what.feed_id for what in agenda.due(now) if not what.page]


def test_what_is_due_comes_longest_waiting_first_and_a_new_feed_before_all() -> None:
    old, older, new, later = (feed(name) for name in "abcd")
    agenda = of(
        (old, replace(state(old), due_at=after(-1), pending=(waiting("x", -3), waiting("y", 3)))),
        (older, replace(state(older), due_at=after(-5))),
        (new, replace(state(new), due_at=None)),
        (later, replace(state(later), due_at=after(1))),
    )
    page = Appointment(old.feed_id, "https://paper.example/x")
    assert agenda.due(NOW) == [
        Appointment(new.feed_id),
        Appointment(older.feed_id),
        page,
        Appointment(old.feed_id),
    ]
    assert agenda.due(NOW) == [], "what was given out is off the agenda"
    assert agenda.next_at() == after(1).timestamp()


def test_a_feed_whose_address_changed_is_due_at_once() -> None:
    moved = feed("moved")
    agenda = of((moved, replace(state(moved), url="https://old.example/f.xml", due_at=after(60))))
    assert polls(agenda) == [moved.feed_id]


def test_a_paused_feed_is_left_alone_with_its_pages_and_goes_on_where_it_was() -> None:
    one = feed("a")
    told = replace(state(one), polled_at=START, due_at=after(60), pending=(waiting("x", 0),))
    agenda = of((one, told))
    agenda.follow(replace(one, paused=True), told)
    assert agenda.due(math.inf) == []
    agenda.follow(one, told)
    assert agenda.due(NOW) == [Appointment(one.feed_id, "https://paper.example/x")]


def test_a_feed_that_is_asked_for_is_polled_at_once_and_only_once() -> None:
    one = replace(feed("a"), asked_at=after(1))
    told = replace(state(one), polled_at=START, due_at=after(60))
    agenda = of((one, told))
    assert polls(agenda) == [one.feed_id]
    agenda.update(one, told, replace(told, polled_at=after(3)))
    assert polls(agenda, after(4).timestamp()) == []


STATES = st.builds(
    lambda due, pages: (due, [waiting(slug, minutes) for slug, minutes in pages.items()]),
    st.integers(-5, 5),
    st.dictionaries(st.sampled_from("pqrs"), st.integers(-5, 5)),
)
CHANGES = st.lists(st.tuples(st.sampled_from(FEEDS), st.sampled_from(["state", "pause", "end"]), STATES))


@given(CHANGES)
def test_an_agenda_that_follows_changes_is_the_one_made_from_what_is_known_in_the_end(
    changes: list[tuple[Feed, str, tuple[int, list[PendingPage]]]],
) -> None:
    feeds = {one.feed_id: one for one in FEEDS}
    states: dict[str, FeedState] = {}
    agenda = Agenda.of(feeds, states)
    for one, change, (due, pending) in changes:
        known = feeds.get(one.feed_id, one)
        before = states.get(one.feed_id)
        if change == "state" and one.feed_id in feeds:
            states[one.feed_id] = replace(state(one), due_at=after(due), pending=tuple(pending))
            agenda.update(known, before, states[one.feed_id])
        elif change == "pause":
            feeds[one.feed_id] = replace(known, paused=not known.paused)
            agenda.follow(feeds[one.feed_id], before)
        elif change == "end" and feeds.pop(one.feed_id, None) is not None:
            agenda.end(one.feed_id, before)
            states.pop(one.feed_id, None)
    expected = Agenda.of(feeds, states)
    for minutes in range(-6, 7):
        now = after(minutes).timestamp()
        assert agenda.due(now) == expected.due(now)
    assert len(agenda) == len(expected) == 0


def test_times_that_change_often_leave_no_heap_behind() -> None:
    one, agenda = feed("a"), Agenda()
    before = state(one)
    for minute in range(20_000):
        told = replace(before, due_at=after(minute))
        agenda.update(one, before, told)
        before = told
    assert len(agenda) == 1
    assert len(agenda._heap) <= 2_048
