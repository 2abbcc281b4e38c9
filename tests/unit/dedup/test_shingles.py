from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.text.shingles import Hashes, among, distinct, mix, numbered, shingle
from services.dedup.text.words import folded
from tests.unit.dedup.pieces import words

WORD = st.sampled_from(["ab", "cd", "ef", "gh", "ij"])
SIGN = st.sampled_from("東京晴雨天気予報")
HASHES = st.lists(st.integers(0, 2**64 - 1)).map(lambda values: np.array(values, np.uint64))


def test_a_shingle_is_made_of_the_hashes_of_its_words_as_the_module_says() -> None:
    def spread(h: int) -> int:
        h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCD % 2**64
        return h ^ (h >> 33)

    def by_definition(*run: str) -> int:
        h = 0
        for word in run:
            h = h * 3 + spread(sum(ord(c) * 0x9E3779B97F4A7C15**j for j, c in enumerate(word)) % 2**64)
        return spread(h % 2**64)

    run = ("der", "hafen", "schläft", "noch", "fest")
    made = shingle(" ".join(run))
    assert made.narrow.tolist() == [by_definition(*run[i : i + 3]) for i in range(3)]
    assert made.wide.tolist() == [by_definition(*run)]


def test_the_hash_of_a_wide_shingle_never_changes() -> None:
    """It is part of the scheme: kept states and other consumers hold it."""
    assert shingle(folded("Der Hafen schläft noch fest")).wide.tolist() == [12519525966711295833]
    assert shingle(folded("東京の空は青いね")).wide.tolist() == [14976304708381964536]


@given(st.lists(st.one_of(WORD, SIGN), max_size=40))
def test_shingle_i_starts_at_word_i(run: list[str]) -> None:
    made = shingle(" ".join(run))
    wide, narrow = np.arange(len(made.wide)), np.arange(len(made.narrow))
    assert all(made.ends(wide) <= len(run))
    assert all(made.ends(narrow, narrow=True) <= len(run))
    assert [made.width_at(word) for word in wide.tolist()] == (made.ends(wide) - wide).tolist()
    if len(run) > len(made.wide):
        assert len(made.wide) + made.width_at(len(made.wide)) > len(run)


@given(st.lists(WORD, min_size=8, max_size=30), st.lists(SIGN, min_size=16, max_size=30), st.booleans())
def test_either_half_of_a_page_in_two_scripts_has_the_shingles_it_has_alone(
    words_half: list[str], signs_half: list[str], words_first: bool
) -> None:
    halves = [words_half, signs_half] if words_first else [signs_half, words_half]
    page = set(shingle(" ".join([*halves[0], *halves[1]])).wide.tolist())
    for half in halves:
        alone = shingle(" ".join(half)).wide.tolist()
        # Near the seam a shingle looks across it.
        assert set(alone[4:] if half is halves[1] else alone[:-4]) <= page


@given(st.lists(WORD, max_size=30))
def test_equal_words_and_only_they_have_equal_shingles(run: list[str]) -> None:
    made = shingle(" ".join(run))
    by_words = [tuple(run[i : i + 5]) for i in range(len(made.wide))]
    for i, one in enumerate(by_words):
        for j, other in enumerate(by_words):
            assert (made.wide[i] == made.wide[j]) == (one == other)


@given(st.lists(SIGN, min_size=8, max_size=30), st.lists(SIGN, max_size=10), st.lists(SIGN, max_size=10))
def test_a_passage_of_an_unspaced_script_has_its_shingles_wherever_it_stands(
    passage: list[str], before: list[str], after: list[str]
) -> None:
    there = shingle(" ".join([*before, *passage, *after]))
    assert set(shingle(" ".join(passage)).wide.tolist()) <= set(there.wide.tolist())
    assert there.unspaced


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_fewer_words_than_a_shingle_has_make_none(count: int) -> None:
    made = shingle(" ".join(words("short", count)))
    assert len(made.narrow) == max(0, count - 2)
    assert len(made.wide) == max(0, count - 4)


@given(st.lists(WORD, min_size=5, max_size=30))
def test_words_beyond_ascii_leave_the_shingles_before_them_as_they_were(run: list[str]) -> None:
    alone, beside = shingle(" ".join(run)), shingle(" ".join([*run, "öl"]))
    assert beside.wide.tolist()[: len(alone.wide)] == alone.wide.tolist()
    assert beside.narrow.tolist()[: len(alone.narrow)] == alone.narrow.tolist()


def test_where_one_word_ends_and_the_next_begins_matters() -> None:
    assert shingle("ab c d").narrow.tolist() != shingle("a bc d").narrow.tolist()


def test_the_order_of_words_matters() -> None:
    assert len({int(shingle(" ".join(run)).narrow[0]) for run in permutations(("auf", "und", "ab"))}) == 6


@given(HASHES)
def test_mixing_is_a_bijection(values: Hashes) -> None:
    assert len(set(mix(values).tolist())) == len(set(values.tolist()))


@given(HASHES)
def test_distinct_hashes_come_once_and_in_order(values: Hashes) -> None:
    assert distinct(values).tolist() == sorted(set(values.tolist()))


@given(st.lists(st.integers(0, 9)).map(lambda values: np.array(values, np.uint64)))
def test_numbers_give_back_the_hashes_they_number(values: Hashes) -> None:
    once, numbers = numbered(values)
    assert once.tolist() == distinct(values).tolist()
    assert once[numbers].tolist() == values.tolist()


@given(HASHES, HASHES)
def test_among_says_which_are_members(values: Hashes, members: Hashes) -> None:
    found = among(values, distinct(np.concatenate((members, values[: len(values) // 2]))))
    held = set(members.tolist()) | set(values[: len(values) // 2].tolist())
    assert found.tolist() == [value in held for value in values.tolist()]
