from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.ingest.polling import schedule
from services.ingest.polling.rhythm import PollBounds, begin
from tests.unit.ingest.readings import START, after, feed, state

NAMES = st.text(min_size=1, max_size=20)


BOUNDS = PollBounds()
RHYTHM = begin(START)


@given(NAMES, st.integers(0, 10**9))
def test_the_next_poll_keeps_to_the_operators_bounds_whatever_a_publisher_wishes(
    name: str, hint_s: int
) -> None:
    wait = (schedule.after_success(name, RHYTHM, hint_s, BOUNDS) - START).total_seconds()
    assert BOUNDS.shortest_s <= wait <= BOUNDS.longest_s * (1 + schedule.JITTER)


@given(NAMES, st.integers(1, 10**9))
def test_a_publishers_wish_puts_a_poll_off_within_reason(name: str, hint_s: int) -> None:
    usual = (schedule.after_success(name, RHYTHM, 0, BOUNDS) - START).total_seconds()
    wait = (schedule.after_success(name, RHYTHM, hint_s, BOUNDS) - START).total_seconds()
    assert usual <= wait <= usual * schedule.HINT_MOST + 1
    assert wait >= min(hint_s, usual * schedule.HINT_MOST) - 1


@given(NAMES, st.integers(1, 10_000), st.integers(0, 10**9), st.booleans())
def test_back_off_is_bounded_and_never_before_retry_after(
    name: str, failures: int, retry_after_s: int, passing: bool
) -> None:
    due = schedule.after_failure(name, START, failures, retry_after_s, BOUNDS, passing=passing)
    wait = (due - START).total_seconds()
    assert min(retry_after_s, schedule.LONGEST_S) <= wait <= schedule.LONGEST_S * (1 + schedule.JITTER)


@given(NAMES, st.integers(1, 30), st.booleans())
def test_back_off_never_shrinks_with_more_failures(name: str, failures: int, passing: bool) -> None:
    one, more = (
        schedule.after_failure(name, START, failures + extra, 0, BOUNDS, passing=passing) for extra in (0, 1)
    )
    assert one <= more


def test_what_may_be_over_in_a_moment_is_tried_again_within_two_minutes() -> None:
    due = schedule.after_failure("feed", START, 1, 0, BOUNDS, passing=True)
    assert due <= after(2)
    assert schedule.after_failure("feed", START, 1, 0, BOUNDS, passing=False) >= after(10)


def test_feeds_of_one_interval_do_not_march_in_step() -> None:
    moments = {schedule.after_success(f"feed {number}", RHYTHM, 0, BOUNDS) for number in range(50)}
    assert len(moments) == 50


def test_validators_are_left_out_once_a_day() -> None:
    polled = replace(state(feed()), polled_at=START)
    asked = [schedule.conditional(polled, START + timedelta(minutes=15 * n)) for n in range(96)]
    assert not schedule.conditional(polled, START + timedelta(days=1))
    assert asked.count(True) > 0
    assert sorted(asked, reverse=True) == asked, "conditional up to the feed's own hour, not after it"


def test_a_feed_never_polled_is_asked_without_validators() -> None:
    assert not schedule.conditional(state(feed()), START)
