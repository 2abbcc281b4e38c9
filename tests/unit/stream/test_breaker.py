"""When to stop burying input."""

from hypothesis import given
from hypothesis import strategies as st

from services.stream.breaker import BatchCounts, BreakerState, Limits


def after(*batches: tuple[int, int], limits: Limits) -> BreakerState:
    tally = BreakerState()
    for inputs, dead in batches:
        tally = tally.after(BatchCounts(inputs, dead), limits)
    return tally


def test_it_opens_beyond_the_consecutive_bound_and_not_at_it() -> None:
    limits = Limits(consecutive=100)
    assert after((50, 50), (50, 50), limits=limits).trip_reason(limits) == ""
    told = after((50, 50), (50, 50), (1, 1), limits=limits).trip_reason(limits)
    assert told == "101 inputs in a row could not be used"


def test_a_survivor_ends_the_run() -> None:
    limits = Limits(consecutive=100)
    assert after((100, 100), (10, 9), (100, 100), limits=limits).trip_reason(limits) == ""


def test_a_step_without_input_changes_nothing() -> None:
    limits = Limits(consecutive=1)
    assert after((2, 2), (0, 0), limits=limits).trip_reason(limits)


def test_the_ratio_is_judged_over_a_full_window() -> None:
    limits = Limits(consecutive=1000, ratio=0.5, window=100)
    assert after((90, 60), limits=limits).trip_reason(limits) == ""
    told = after((90, 60), (10, 0), limits=limits).trip_reason(limits)
    assert told == "60 of the last 100 inputs could not be used"


def test_old_deaths_are_forgotten() -> None:
    limits = Limits(consecutive=1000, ratio=0.5, window=100)
    assert after((100, 99), (50, 0), (50, 0), limits=limits).trip_reason(limits) == ""


@given(st.lists(st.integers(0, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))))
def test_what_is_remembered_is_bounded_by_the_window(batches: list[tuple[int, int]]) -> None:
    limits = Limits(window=50)
    recent = after(*batches, limits=limits).recent
    assert sum(batch.inputs for batch in recent[1:]) < limits.window
    assert len(recent) <= limits.window
