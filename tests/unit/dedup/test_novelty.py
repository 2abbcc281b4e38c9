"""Days are numbered from 0; a shingle is a number spread over 64 bits."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dedup.search.novelty import Novelty
from services.dedup.search.profile import Reading, evidence
from services.dedup.search.sightings import Bound, Sightings, sampled
from services.dedup.text.shingles import Hashes, Shingles, mix

BITS = 18


def shingles(*numbers: int) -> Hashes:
    return mix(np.array(numbers, np.uint64) + np.uint64(1))


def novelty(*, days: int = 30) -> Novelty:
    return Novelty(days=days, bits=BITS)


def seen(filter_: Novelty, hashes: Hashes) -> list[int]:
    """The days of shingles that stand in a text one behind the other."""
    days: list[int] = filter_.days(hashes, np.arange(len(hashes), dtype=np.int32)).tolist()
    return days


def test_what_was_never_seen_is_new() -> None:
    assert seen(novelty(), shingles(1, 2)) == [0, 0]
    assert seen(novelty(), shingles()) == []


def test_a_day_counts_only_once_it_is_closed() -> None:
    filter_ = novelty()
    filter_.advance(1)
    filter_.add(1, shingles(7))
    assert seen(filter_, shingles(7)) == [0]
    filter_.advance(2)
    assert seen(filter_, shingles(7)) == [1]


def test_days_are_counted_and_not_articles() -> None:
    filter_ = novelty()
    for day in (1, 1, 1, 2, 5):
        filter_.advance(day)
        filter_.add(day, shingles(7))
    filter_.advance(6)
    assert seen(filter_, shingles(7, 8)) == [3, 0]


def test_closing_again_counts_nothing_twice() -> None:
    filter_ = novelty()
    filter_.add(1, shingles(7))
    for _ in range(3):
        filter_.advance(2)
    assert seen(filter_, shingles(7)) == [1]


def test_a_day_out_of_the_window_is_forgotten() -> None:
    filter_ = novelty(days=10)
    filter_.add(1, shingles(7))
    filter_.advance(11)
    assert seen(filter_, shingles(7)) == [1]
    filter_.advance(12)
    assert seen(filter_, shingles(7)) == [0]


def test_a_late_article_of_a_closed_day_changes_nothing() -> None:
    filter_ = novelty()
    filter_.add(1, shingles(7))
    filter_.advance(2)
    assert not filter_.add(1, shingles(7, 8))
    filter_.advance(3)
    assert seen(filter_, shingles(7, 8)) == [1, 0]


def test_a_day_on_which_nothing_came_is_closed_like_any_other() -> None:
    """Or a shard taken up from its changelog, which closes all days at once, would count otherwise."""
    filter_ = novelty()
    filter_.add(1, shingles(7))
    filter_.advance(5)
    assert not filter_.add(3, shingles(7))
    filter_.advance(5)
    assert seen(filter_, shingles(7)) == [1]
    assert filter_.add(5, shingles(7))
    assert filter_.add(6, shingles(7))


def text(wide: Hashes) -> Reading:
    """As many narrow shingles as wide ones, each of which stands in the middle of one."""
    numbers = np.arange(len(wide), dtype=np.int32)
    none = np.zeros(len(wide), bool)
    return Reading(
        len(wide) + 4, Shingles(wide[:0], wide, unspaced=False), ~wide, numbers, wide, numbers, none
    )


def test_what_stands_in_what_was_seen_on_few_days_is_evidence() -> None:
    reading = text(shingles(1, 2, 3, 4))
    assert evidence(reading, np.array([3, 2, 0, 255], np.uint8), 3).tolist() == sorted(reading.narrow[1:3])


def test_a_text_that_comes_back_whole_is_evidence_as_a_whole() -> None:
    reading = text(shingles(1, 2, 3, 4))
    assert evidence(reading, np.array([3, 3, 3, 0], np.uint8), 3).tolist() == sorted(reading.narrow)


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
    assert seen(in_order, every) == seen(shuffled, every)


@given(DAYS)
def test_counts_are_the_distinct_days_within_the_window(days: dict[int, list[list[int]]]) -> None:
    filter_ = novelty(days=20)
    for day in sorted(days):
        filter_.advance(day)
        for article in days[day]:
            filter_.add(day, shingles(*article))
    filter_.advance(41)
    expected = [sum(any(n in a for a in days[day]) for day in days if day >= 21) for n in range(31)]
    assert seen(filter_, shingles(*range(31))) == expected


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
    assert seen(restored, every) == seen(running, every)


@given(DAYS, st.integers(5_000, 40_000), st.integers(0, 39))
def test_a_busy_day_leaves_no_trace_once_it_is_gone(
    days: dict[int, list[list[int]]], many: int, busy: int
) -> None:
    """Its day made the table grow, and had a part of the shingles counted alone."""
    noise = mix(np.arange(many, dtype=np.uint64) + np.uint64(1 << 40))
    quiet, upset = novelty(), novelty()
    for day in range(busy, 80):
        for filter_ in (quiet, upset):
            filter_.advance(day)
            for article in days.get(day, []):
                filter_.add(day, shingles(*article))
        if day == busy:
            upset.add(day, noise)
    every = shingles(*range(31))
    assert upset.nbytes() == quiet.nbytes()
    assert (seen(upset, every), upset.level) == (seen(quiet, every), 0)


@given(
    st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=30), max_size=8), st.randoms(use_true_random=False)
)
def test_a_sample_is_told_by_what_was_sighted_and_not_by_its_order(
    articles: list[list[int]], draw: random.Random
) -> None:
    def sample() -> tuple[int, list[int]]:
        sightings = Sightings(Bound(20, 40))
        for article in articles:
            sightings.add(np.array(article, np.uint64))
        return sightings.level, sorted(sightings.hashes().tolist())

    in_order = sample()
    draw.shuffle(articles)
    assert sample() == in_order
    everything = np.array(sorted(value for article in articles for value in article), np.uint64)
    assert in_order[1] == sampled(everything, in_order[0]).tolist()


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([0, 10, 900, 4_000])), min_size=3, max_size=12),
    st.booleans(),
)
@settings(max_examples=15)
def test_a_day_that_is_not_as_it_was_expected_counts_as_it_is(
    days: list[tuple[int, int]], is_short: bool
) -> None:
    """A day is drafted as it comes; a shard that is taken up makes all of them at once."""
    most, draw, day = 5 if is_short else 30, np.random.default_rng(1), 0
    running, restored = Novelty(days=most, bits=16), Novelty(days=most, bits=16)
    asked = shingles(*range(40))
    for step, many in days:
        day += step
        running.advance(day)
        for hashes in np.split(draw.integers(0, 2**64, many, np.uint64), 3 if many % 3 == 0 else 2):
            for filter_ in (running, restored):
                filter_.add(day, np.concatenate((hashes, asked[:: step + 1])))
        asked = np.concatenate((asked, draw.integers(0, 2**64, 50, np.uint64)))
    for later in (0, 1, 2, 40):
        for filter_ in (running, restored):
            filter_.advance(day + later)
        assert (seen(running, asked), running.level) == (seen(restored, asked), restored.level)
        assert running._slots.nbytes == restored._slots.nbytes


def test_what_no_sample_has_is_as_novel_as_the_nearest_that_one_has() -> None:
    filter_ = Novelty(days=30, bits=16)
    worn, novel = shingles(*range(100)), shingles(*range(100, 200))
    draw = np.random.default_rng(1)
    for day in range(4):
        filter_.advance(day)
        filter_.add(day, worn)
        filter_.add(day, draw.integers(0, 2**64, 8_000, np.uint64))
    filter_.advance(4)
    assert filter_.level == 3
    told = np.array(seen(filter_, np.concatenate((worn, novel)))) >= 3
    assert told[:90].all()
    assert told[110:].mean() < 0.1
    assert seen(filter_, shingles()) == []


@pytest.mark.parametrize("shingles_a_day", [200, 5_000, 50_000])
def test_what_is_new_is_told_as_new_whatever_the_traffic(shingles_a_day: int) -> None:
    """At the fullest that a window of thirty days can be, less than one in fifty is taken for worn."""
    filter_ = novelty()
    draw = np.random.default_rng(1)
    for day in range(31):
        filter_.advance(day)
        filter_.add(day, draw.integers(0, 2**64, shingles_a_day, np.uint64))
    fresh = draw.integers(0, 2**64, 20_000, np.uint64)
    days = filter_.days(fresh, np.arange(len(fresh), dtype=np.int32))
    assert (days >= 3).mean() < 0.02
    assert filter_.nbytes() < 3 << BITS
