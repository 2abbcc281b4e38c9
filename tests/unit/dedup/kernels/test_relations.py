"""What a pair shares and where: the kernels and their definitions agree, whatever the script."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.relations.bodies import shared_body
from services.dedup.relations.gaps import reach
from services.dedup.relations.overlap import overlap, shared_share
from services.dedup.relations.passages import meet, passages, runs
from services.dedup.relations.spelling import are_spelt_alike
from services.dedup.search.profile import Profile
from services.dedup.text.shingles import Hashes, matches
from services.dedup.text.words import SOFT_HYPHEN, fold, spelt
from tests.unit.dedup.pieces import SETTINGS, article, profiled, prose, words

Answer = TypeVar("Answer")
STALE = SETTINGS.novelty_least
BLOCKS = st.sampled_from([words(f"block {n}", 9) for n in range(3)])
SIGNS = st.text(alphabet="東京晴雨天", min_size=1, max_size=14).map(list)
FEW = st.lists(st.sampled_from(["ab", "cd", "7"]), min_size=1, max_size=12)
TEXTS = st.lists(st.one_of(BLOCKS, SIGNS, FEW), max_size=9).map(
    lambda parts: " ".join(chain.from_iterable(parts))
)
MIXED = "Ab cD 12 äÄ ΣσςİıſK 東京ไท ﬁ² ½ ’-„“ _ \u00ad\u0301\u200b😀𝐀 Мм\n.,&amp;"
SPELT = st.one_of(st.text(alphabet=MIXED, max_size=30), st.text(max_size=12))


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def both(ask: Callable[[], Answer]) -> tuple[Answer, Answer]:
    """By definition, and compiled."""
    kernels.use(now=False)
    defined = ask()
    kernels.use(now=True)
    return defined, ask()


def with_days(text: str, days: list[int], path: str) -> Profile:
    piece = profiled(article(text, path))
    count = len(piece.unique)
    return profiled(article(text, path), days=np.resize(np.array(days, np.uint8), count).tolist())


DAYS = st.lists(st.sampled_from([0, 1, 2, 3, 255]), min_size=1, max_size=7)


@given(TEXTS, TEXTS, DAYS, DAYS)
def test_a_pair_shares_as_much(mine: str, theirs: str, days: list[int], other_days: list[int]) -> None:
    newer, older = with_days(mine, days, "/new"), with_days(theirs, other_days, "/old")
    defined, compiled = both(lambda: overlap(newer, older, stale_days=STALE))
    assert compiled == defined
    share, again = both(lambda: shared_share(newer, older))
    assert again == share
    met, together = both(lambda: meet(newer, older, stale_days=STALE, least=15))
    assert met.shares == together.shares == defined
    assert together.found in (None, runs(newer, older))


def test_runs_come_along_where_enough_is_shared_to_be_looked_at() -> None:
    kernels.use(now=True)
    text, shared = prose("met", 60), prose("shared", 24)
    newer, older = profiled(article(f"{text} {shared}", "/new")), profiled(article(shared, "/old"))
    assert meet(newer, older, stale_days=STALE, least=15).found == runs(newer, older) != []
    assert meet(newer, older, stale_days=STALE, least=21).found is None


@given(TEXTS, TEXTS)
def test_a_pair_has_the_same_places_for_gaps_and_figures(mine: str, theirs: str) -> None:
    newer, older = profiled(article(mine, "/new")), profiled(article(theirs, "/old"))
    found = runs(newer, older)
    defined, compiled = both(lambda: reach(newer, older, found))
    assert compiled == defined


@given(TEXTS, TEXTS)
def test_a_pair_has_the_same_runs_and_passages(mine: str, theirs: str) -> None:
    newer, older = profiled(article(mine, "/new")), profiled(article(theirs, "/old"))
    defined, compiled = both(lambda: runs(newer, older))
    assert compiled == defined
    shown, again = both(lambda: passages(newer, older, defined))
    assert again == shown


@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=60, unique=True),
    st.lists(st.integers(0, 3), max_size=4),
    st.integers(0, 400),
)
def test_of_a_set_far_longer_than_the_other_the_same_is_found(
    values: list[int], shared: list[int], more: int
) -> None:
    from services.dedup.kernels import relations

    few: Hashes = np.array(sorted(values[:4]), np.uint64)
    rest = [few[i] for i in shared if i < len(few)] + [7919 * n for n in range(more)] + values[4:]
    many: Hashes = np.unique(np.array(rest, np.uint64))
    count = len(matches(few, many)[0])
    assert relations.shared(few, many) == relations.shared(many, few) == count


@given(st.lists(st.integers(0, 5_200), min_size=1, max_size=5), st.integers(1, 60))
def test_a_text_of_thousands_of_shingles_has_the_same_runs(begins: list[int], length: int) -> None:
    chronicle = words("chronicle", 5_300)
    quoted = [word for begin in begins for word in (*chronicle[begin : begin + length], "amid")]
    report = profiled(article(" ".join(quoted), "/new"))
    whole = profiled(article(" ".join(chronicle), "/old"))
    for newer, older in ((report, whole), (whole, report)):
        defined, compiled = both(partial(runs, newer, older))
        assert compiled == defined


def test_a_chatter_beyond_the_bound_has_no_runs_in_both() -> None:
    text = " ".join(["ab"] * 1_500)
    newer, older = profiled(article(text, "/new")), profiled(article(text, "/old"))
    defined, compiled = both(lambda: runs(newer, older))
    assert compiled == defined == []


@given(SPELT, SPELT)
def test_what_counts_as_spelt_alike_is_spelt_so(text: str, other: str) -> None:
    kernels.use(now=True)
    if SOFT_HYPHEN not in text + other and are_spelt_alike(text, other):
        assert spelt(text) == spelt(other)


@pytest.mark.parametrize(
    ("text", "other", "alike"),
    [
        ("Er rief: „Das Boot!“", "er rief – das BOOT", True),
        ("Das Boot", "Dasboot", False),
        ("Das Boot", "Das Boot sank", False),
        ("Käse", "Kaese", False),
        ("M\u0301", "m\u0301", False),
        ("Мост, мост", "мост: Мост", True),
        ("Mо, a", "mо: a", False),
        ("Das Haupt-\nboot", "das Haupt-\nboot", False),
        ("S&amp;P, ja", "s&amp;P; ja", False),
    ],
)
def test_marks_blanks_and_capitals_make_no_other_spelling(text: str, other: str, alike: bool) -> None:
    kernels.use(now=True)
    assert are_spelt_alike(text, other) is alike


def test_of_a_text_in_two_scripts_a_run_that_is_covered_up_to_its_end_is_passed_over() -> None:
    run = [*words("mixed", 9), *"東京晴雨天東京"]
    newer = profiled(article(" ".join(run), "/new"))
    older = profiled(article(" ".join([*run, "x", *run[4:], "y", *run]), "/old"))
    defined, compiled = both(lambda: runs(newer, older))
    assert compiled == defined
    assert sum(found.length for found in defined) == len(fold(newer.article.text))


@given(TEXTS, TEXTS, TEXTS, DAYS)
def test_two_bodies_have_as_much_in_common(mine: str, theirs: str, witness: str, days: list[int]) -> None:
    newer, older = with_days(mine, days, "/new"), with_days(theirs, days[:1], "/old")
    third = profiled(article(witness, "/third", source="lindfunk", hours=-1))
    found = runs(newer, older)
    defined, compiled = both(
        lambda: shared_body(newer, older, found, [third, third], stale_days=STALE, least_run=7)
    )
    assert compiled == defined
