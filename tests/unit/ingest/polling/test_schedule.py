from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.feeds import PendingPage
from services.ingest.polling import schedule
from tests.unit.ingest.readings import START, after, feed, state

NAMES = st.text(min_size=1, max_size=20)


@given(NAMES, st.integers(0, 10**9))
def test_the_next_poll_is_between_five_minutes_and_a_day_and_a_bit_of_jitter(name: str, hint_s: int) -> None:
    wait = (schedule.after_success(name, START, hint_s) - START).total_seconds()
    assert schedule.SHORTEST_S <= wait <= schedule.LONGEST_S * (1 + schedule.JITTER)


@given(NAMES, st.integers(1, 10_000), st.integers(0, 10**9))
def test_back_off_is_bounded_and_never_before_retry_after(
    name: str, failures: int, retry_after_s: int
) -> None:
    wait = (schedule.after_failure(name, START, failures, retry_after_s) - START).total_seconds()
    assert min(retry_after_s, schedule.LONGEST_S) <= wait <= schedule.LONGEST_S * (1 + schedule.JITTER)


@given(NAMES, st.integers(1, 30))
def test_back_off_never_shrinks_with_more_failures(name: str, failures: int) -> None:
    assert schedule.after_failure(name, START, failures, 0) <= schedule.after_failure(
        name, START, failures + 1, 0
    )


def test_feeds_of_one_interval_do_not_march_in_step() -> None:
    moments = {schedule.after_success(f"feed {number}", START, 0) for number in range(50)}
    assert len(moments) == 50


def test_validators_are_left_out_once_a_day() -> None:
    polled = replace(state(feed()), polled_at=START)
    asked = [schedule.conditional(polled, START + timedelta(minutes=15 * n)) for n in range(96)]
    assert not schedule.conditional(polled, START + timedelta(days=1))
    assert asked.count(True) > 0
    assert sorted(asked, reverse=True) == asked, "conditional up to the feed's own hour, not after it"


def test_a_feed_never_polled_is_asked_without_validators() -> None:
    assert not schedule.conditional(state(feed()), START)


def test_due_feeds_come_longest_waiting_first_and_new_ones_before_all() -> None:
    old, older, new, later = feed("a"), feed("b"), feed("c"), feed("d")
    states = {
        old.feed_id: replace(state(old), due_at=after(-1)),
        older.feed_id: replace(state(older), due_at=after(-5)),
        later.feed_id: replace(state(later), due_at=after(1)),
    }
    assert schedule.due_feeds([old, older, new, later], states, START) == [new, older, old]


def test_a_feed_whose_address_changed_is_due_at_once() -> None:
    moved = feed("moved")
    states = {moved.feed_id: replace(state(moved), url="https://old.example/f.xml", due_at=after(60))}
    assert schedule.due_feeds([moved], states, START) == [moved]


def test_due_pages_come_longest_waiting_first() -> None:
    pages = [PendingPage(url=f"https://a.example/{n}", listed_at=START, due_at=after(n)) for n in (3, -2, -7)]
    due = schedule.due_pages([replace(state(feed()), pending=tuple(pages))], START)
    assert [page.url for page in due] == ["https://a.example/-7", "https://a.example/-2"]


def test_a_host_gets_no_more_requests_at_once_than_allowed() -> None:
    assert schedule.allowed("a.example", {"a.example": 1}, 2)
    assert not schedule.allowed("a.example", {"a.example": 2}, 2)
