"""Against a naive count over sets of words."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.relations.overlap import overlap, shared_share
from services.dedup.search.profile import Profile
from services.dedup.text.shingles import distinct, shingle
from tests.unit.dedup.pieces import SETTINGS, article, profiled, prose, words

STALE = SETTINGS.novelty_least
RUNS = st.lists(st.sampled_from([words(f"piece {n}", 7) for n in range(5)]), max_size=8).map(
    lambda parts: list(chain.from_iterable(parts))
)
DAYS = st.dictionaries(st.integers(0, 40), st.integers(0, 4))


def sets(run: list[str]) -> set[tuple[str, ...]]:
    return {tuple(run[i : i + 5]) for i in range(len(run) - 4)}


def with_days(run: list[str], days: dict[int, int]) -> tuple[Profile, dict[tuple[str, ...], int]]:
    """A profile whose shingles were seen on so many days, numbered in order of their hash."""
    hashes = distinct(shingle(" ".join(run)).wide).tolist()
    by_hash = {value: days.get(number, 0) for number, value in enumerate(hashes)}
    named = {tuple(run[i : i + 5]): int(h) for i, h in enumerate(shingle(" ".join(run)).wide.tolist())}
    profile = profiled(article(" ".join(run), "/x"), days=[by_hash[value] for value in hashes])
    return profile, {words_: by_hash[value] for words_, value in named.items()}


@given(RUNS, RUNS, DAYS, DAYS)
def test_every_count_is_that_of_the_sets(
    mine: list[str], theirs: list[str], my_days: dict[int, int], their_days: dict[int, int]
) -> None:
    newer, seen = with_days(mine, my_days)
    older, seen_there = with_days(theirs, their_days)
    made = overlap(newer, older, stale_days=STALE)
    shared = sets(mine) & sets(theirs)
    assert (made.shared, made.newer, made.older) == (len(shared), len(sets(mine)), len(sets(theirs)))
    assert made.fresh_shared == sum(seen[s] < STALE and seen_there[s] < STALE for s in shared)
    assert made.fresh_newer == sum(days < STALE for days in seen.values())
    assert made.fresh_older == sum(days < STALE for days in seen_there.values())
    assert made.unseen_shared == sum(seen[s] < 2 for s in shared)


@given(RUNS, RUNS)
def test_shares_are_those_of_the_sets(mine: list[str], theirs: list[str]) -> None:
    newer, older = profiled(article(" ".join(mine))), profiled(article(" ".join(theirs)))
    made = overlap(newer, older, stale_days=STALE)
    a, b = sets(mine), sets(theirs)
    assert made.jaccard == pytest.approx(len(a & b) / max(1, len(a | b)))
    assert made.containment == pytest.approx(len(a & b) / max(1, len(a)))
    assert made.other_containment == pytest.approx(len(a & b) / max(1, len(b)))
    assert made.larger_containment == max(made.containment, made.other_containment)
    assert shared_share(newer, older) == shared_share(older, newer) == pytest.approx(made.larger_containment)


@given(RUNS, RUNS)
def test_seen_from_the_other_side_the_counts_swap(mine: list[str], theirs: list[str]) -> None:
    one, other = profiled(article(" ".join(mine))), profiled(article(" ".join(theirs)))
    there, back = overlap(one, other, stale_days=STALE), overlap(other, one, stale_days=STALE)
    assert (there.shared, there.fresh_shared) == (back.shared, back.fresh_shared)
    assert (there.newer, there.older, there.jaccard) == (back.older, back.newer, back.jaccard)


def test_texts_without_a_shingle_share_nothing() -> None:
    empty, full = profiled(article("vier Worte sind wenig")), profiled(article(prose("full", 50)))
    for pair in ((empty, full), (full, empty), (empty, empty)):
        made = overlap(*pair, stale_days=STALE)
        assert (made.jaccard, made.containment, made.other_containment, made.fresh_containment) == (
            0,
            0,
            0,
            0,
        )
        assert shared_share(*pair) == 0


def test_chinese_and_western_texts_share_nothing() -> None:
    one, other = profiled(article("東京の空は青いと伝えられた")), profiled(article(prose("west", 50)))
    assert overlap(one, other, stale_days=STALE).shared == 0


def test_days_stand_beside_the_distinct_shingles() -> None:
    profile = profiled(article(prose("beside", 60)), days=2)
    assert len(profile.days) == len(profile.unique) == 56
    assert profile.fresh(3).all()
    assert not profile.fresh(2).any()
    assert np.all(np.diff(profile.unique.astype(object)) > 0)
