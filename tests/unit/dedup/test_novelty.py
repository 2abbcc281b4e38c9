"""Days are numbered from 0; a shingle is a number spread over 64 bits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.search.novelty import Novelty
from services.dedup.text.shingles import Hashes, mix

BITS = 16


def shingles(*numbers: int) -> Hashes:
    return mix(np.array(numbers, np.uint64) + np.uint64(1))


def novelty(*, days: int = 30) -> Novelty:
    return Novelty(days=days, bits=BITS)


def test_what_was_never_seen_is_new() -> None:
    assert novelty().seen(shingles(1, 2)).tolist() == [0, 0]
    assert novelty().seen(shingles()).tolist() == []


def test_a_day_counts_only_once_it_is_closed() -> None:
    filter_ = novelty()
    filter_.advance(1)
    filter_.add(1, shingles(7))
    assert filter_.seen(shingles(7)).tolist() == [0]
    filter_.advance(2)
    assert filter_.seen(shingles(7)).tolist() == [1]


def test_days_are_counted_and_not_articles() -> None:
    filter_ = novelty()
    for day in (1, 1, 1, 2, 5):
        filter_.advance(day)
        filter_.add(day, shingles(7))
    filter_.advance(6)
    assert filter_.seen(shingles(7, 8)).tolist() == [3, 0]


def test_closing_again_counts_nothing_twice() -> None:
    filter_ = novelty()
    filter_.add(1, shingles(7))
    for _ in range(3):
        filter_.advance(2)
    assert filter_.seen(shingles(7)).tolist() == [1]


def test_a_day_out_of_the_window_is_forgotten() -> None:
    filter_ = novelty(days=10)
    filter_.add(1, shingles(7))
    filter_.advance(11)
    assert filter_.seen(shingles(7)).tolist() == [1]
    filter_.advance(12)
    assert filter_.seen(shingles(7)).tolist() == [0]


def test_a_late_article_of_a_closed_day_changes_nothing() -> None:
    filter_ = novelty()
    filter_.add(1, shingles(7))
    filter_.advance(2)
    assert not filter_.add(1, shingles(7, 8))
    filter_.advance(3)
    assert filter_.seen(shingles(7, 8)).tolist() == [1, 0]


def test_a_day_on_which_nothing_came_is_closed_like_any_other() -> None:
    """Or a shard taken up from its changelog, which closes all days at once, would count otherwise."""
    filter_ = novelty()
    filter_.add(1, shingles(7))
    filter_.advance(5)
    assert not filter_.add(3, shingles(7))
    filter_.advance(5)
    assert filter_.seen(shingles(7)).tolist() == [1]
    assert filter_.add(5, shingles(7))
    assert filter_.add(6, shingles(7))


def test_what_was_seen_on_few_days_is_evidence() -> None:
    filter_ = novelty()
    for day in range(3):
        filter_.add(day, shingles(1), shingles(2, 3))
    filter_.advance(3)
    days, narrow = filter_.sift(shingles(1, 8), shingles(2, 3, 4, 5), 3)
    assert days.tolist() == [3, 0]
    assert narrow.tolist() == shingles(4, 5).tolist()


def test_a_text_that_comes_back_whole_is_evidence_as_a_whole() -> None:
    filter_ = novelty()
    for day in range(3):
        filter_.add(day, shingles(2, 3, 4))
    filter_.advance(3)
    _, narrow = filter_.sift(shingles(), shingles(2, 3, 4, 5), 3)
    assert narrow.tolist() == shingles(2, 3, 4, 5).tolist()


DAYS = st.dictionaries(
    st.integers(0, 40), st.lists(st.lists(st.integers(0, 30), max_size=4), max_size=4), max_size=8
)


@given(DAYS, st.randoms(use_true_random=False))
def test_order_within_a_day_makes_no_difference(days: dict[int, list[list[int]]], draw: object) -> None:
    in_order, shuffled = novelty(), novelty()
    for day in sorted(days):
        articles = list(days[day])
        for filter_ in (in_order, shuffled):
            filter_.advance(day)
            for article in articles:
                assert filter_.add(day, shingles(*article))
            draw.shuffle(articles)  # type: ignore[attr-defined]
    for filter_ in (in_order, shuffled):
        filter_.advance(41)
    every = shingles(*range(31))
    assert in_order.seen(every).tolist() == shuffled.seen(every).tolist()


@given(DAYS)
def test_counts_are_the_distinct_days_within_the_window(days: dict[int, list[list[int]]]) -> None:
    filter_ = novelty(days=20)
    for day in sorted(days):
        filter_.advance(day)
        for article in days[day]:
            filter_.add(day, shingles(*article))
    filter_.advance(41)
    expected = [sum(any(n in a for a in days[day]) for day in days if day >= 21) for n in range(31)]
    assert filter_.seen(shingles(*range(31))).tolist() == expected


@given(DAYS)
def test_a_shard_taken_up_again_counts_as_before(days: dict[int, list[list[int]]]) -> None:
    running, restored = novelty(days=20), novelty(days=20)
    for day in sorted(days):
        running.advance(day)
        for article in days[day]:
            running.add(day, shingles(*article))
    for day in sorted(days):
        for article in days[day]:
            restored.add(day, shingles(*article))
    today = max(days, default=0)
    restored.advance(today)
    every = shingles(*range(31))
    assert restored.seen(every).tolist() == running.seen(every).tolist()


def test_a_collision_only_makes_a_shingle_look_older() -> None:
    filter_ = Novelty(days=30, bits=8)
    draw = np.random.default_rng(1)
    for day in range(6):
        filter_.advance(day)
        filter_.add(day, draw.integers(0, 2**64, 60, np.uint64))
    filter_.add(6, shingles(1))
    filter_.advance(7)
    assert filter_.seen(shingles(1))[0] >= 1
    assert filter_.seen(draw.integers(0, 2**64, 500, np.uint64)).max() <= 7


def test_memory_does_not_grow_with_traffic_of_a_window_that_slides() -> None:
    filter_ = novelty(days=5)
    draw = np.random.default_rng(1)
    sizes = []
    for day in range(40):
        filter_.advance(day)
        filter_.add(day, draw.integers(0, 2**64, 20_000, np.uint64))
        sizes.append(filter_.nbytes())
    table = 1 << BITS
    assert max(sizes[10:]) <= table + 6 * table * 4 + 20_000 * 8
    assert abs(sizes[-1] - sizes[20]) < sizes[20] // 20
