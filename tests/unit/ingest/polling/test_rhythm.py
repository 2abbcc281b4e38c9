from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rhythm import compare
from services.contracts.feeds import Rhythm
from services.ingest.polling.rhythm import PollBounds, begin, interval_s, learn
from tests.unit.ingest.readings import START

BOUNDS = PollBounds()
POLLS = st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 1_000)), max_size=60)


def polled(*polls: tuple[int, int]) -> Rhythm:
    """Polls as seconds since the one before and new entries."""
    rhythm = begin(START)
    for seconds, new in polls:
        rhythm = learn(rhythm, rhythm.at + timedelta(seconds=seconds), new)
    return rhythm


@given(POLLS)
def test_whatever_a_feed_did_its_interval_is_within_bounds(polls: list[tuple[int, int]]) -> None:
    assert BOUNDS.shortest_s <= interval_s(polled(*polls), BOUNDS) <= BOUNDS.longest_s


def test_a_feed_that_nothing_is_known_of_is_polled_at_the_default_interval() -> None:
    assert interval_s(begin(START), BOUNDS) == pytest.approx(BOUNDS.default_s)


def test_polls_are_as_dense_as_the_square_root_of_the_rate() -> None:
    days = 20
    one, sixteen = (polled(*[(3_600, new)] * 24 * days) for new in (1, 16))
    assert interval_s(one, BOUNDS) == pytest.approx(900, rel=0.02)
    assert interval_s(sixteen, BOUNDS) == pytest.approx(225, rel=0.05)


def test_a_night_without_news_is_slept_through() -> None:
    working_day = [(3_600, 4 if 6 <= hour < 18 else 0) for hour in range(24)]
    at_nine = polled(*working_day * 10, *working_day[:9])
    in_the_evening = polled(*working_day * 10, *working_day[:20])
    assert interval_s(in_the_evening, BOUNDS) > 3 * interval_s(at_nine, BOUNDS)


def test_when_news_breaks_the_next_poll_comes_at_least_twice_as_soon() -> None:
    usual = polled(*[(1_800, 0), (1_800, 1)] * 24 * 5)
    breaking = learn(usual, usual.at + timedelta(seconds=900), 5)
    assert interval_s(breaking, BOUNDS) <= interval_s(usual, BOUNDS) / 2


def test_a_burst_is_forgotten_in_hours() -> None:
    burst = polled(*[(1_800, 0), (1_800, 1)] * 24 * 5, (900, 40), *[(600, 0)] * 24)
    assert interval_s(burst, BOUNDS) > 600


def test_a_poll_that_goes_back_in_time_teaches_nothing() -> None:
    rhythm = polled((900, 3))
    assert learn(rhythm, START, 50) == rhythm


def test_at_as_many_polls_news_is_seen_in_three_fifths_of_the_time() -> None:
    found = compare(100, 3, seed=2)
    assert found.share <= 0.6
    assert found.late[len(found.late) * 9 // 10] <= 2


@given(
    st.lists(st.tuples(st.integers(60, 90_000), st.integers(0, 9)), min_size=1, max_size=9), st.integers(1, 5)
)
def test_any_number_of_looks_in_vain_teaches_as_much_as_the_last_of_them(
    polls: list[tuple[int, int]], vain: int
) -> None:
    rhythm = polled(*polls)
    at_last, stepwise = rhythm.at + timedelta(seconds=900 * vain), rhythm
    for n in range(1, vain + 1):
        stepwise = learn(stepwise, rhythm.at + timedelta(seconds=900 * n), 0)
    assert stepwise == learn(rhythm, at_last, 0)
