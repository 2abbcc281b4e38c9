from collections.abc import Callable
from itertools import combinations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.events import EventReport
from services.enrich.events.grouping import RULES, kinship
from services.enrich.events.parting import FEWEST, MOST, Kinships, lacks, strayed
from tests.unit.enrich.members import START

WITHIN = 400_000
Kinship = Callable[[EventReport, EventReport], int]


def kept(number: int, **words: int) -> EventReport:
    return EventReport(story_id=f"s{number}", number=number, seen_at=START, words=words)


def parted(happenings: str, kinship_of: Kinship | None = None, across: int = 50_000) -> str:
    """Places of the reports that strayed; each letter is a report of the happening of that name."""

    def of_letters(one: EventReport, other: EventReport) -> int:
        return WITHIN if happenings[one.number] == happenings[other.number] else across

    found = strayed(list(map(kept, range(len(happenings)))), kinship_of or of_letters)
    return "".join(str(report.number) for report in found)


@pytest.mark.parametrize(
    ("happenings", "strays"),
    [("aab", "2"), ("baaa", "0"), ("aabb", "23"), ("abba", "12"), ("bbaaa", "01"), ("aaaa", "")],
)
def test_reports_more_alike_within_two_groups_than_across_are_two_happenings(
    happenings: str, strays: str
) -> None:
    assert parted(happenings) == strays


def test_how_much_less_alike_is_a_share_of_how_alike_they_are() -> None:
    least = WITHIN * RULES.parted // 1_000
    assert parted("aaab", across=least) == ""
    assert parted("aaab", across=least - 1) == "3"


def test_two_reports_say_nothing_of_each_other_and_many_are_not_laid_beside_each_other() -> None:
    assert parted("ab", across=0) == ""
    assert parted("a" * (MOST - 1) + "b") == str(MOST - 1)
    assert parted("a" * MOST + "b") == ""


def told(words: str, across: int) -> str:
    """Places of those that strayed, where each report tells these words; those of the same words are akin."""
    reports = [kept(number, **dict.fromkeys(said, 500)) for number, said in enumerate(words.split())]

    def by_words(one: EventReport, other: EventReport) -> int:
        return WITHIN if one.words == other.words else across

    return "".join(str(report.number) for report in strayed(reports, by_words))


@pytest.mark.parametrize(
    ("words", "strays"),
    [
        ("abcd abcd aefg aefg", "23"),  # two affairs of one person
        ("abcdef abcdef abcdeg abcdeg", ""),  # what is said of a happening tells it again
        ("ab ab abcd abcd", ""),  # so does what follows from it
        ("abcd abcd aefg", ""),  # one report has nothing in common
    ],
)
def test_parts_of_which_neither_tells_what_the_other_tells_are_two_however_alike(
    words: str, strays: str
) -> None:
    assert told(words, WITHIN * RULES.parted // 1_000) == strays
    assert told(words, WITHIN) == ""


def test_a_part_lacks_what_the_reports_of_the_other_have_in_common() -> None:
    one, other = [kept(0, velden=3, marsum=4), kept(1, velden=3)], [kept(2, velden=3), kept(3, rolfs=9)]
    assert lacks(other, one) == 500
    assert lacks(one, one) == lacks(one, other) == lacks(one, one[:1]) == 0


WORDS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1_000))


@given(*(st.lists(st.builds(lambda words: kept(0, **words), WORDS), max_size=5) for _ in range(2)))
def test_what_a_part_lacks_is_a_share_of_what_is_common(
    part: list[EventReport], other: list[EventReport]
) -> None:
    share = lacks(part, other)
    assert 0 <= share <= 1_000
    common = [word for word in "abcdef" if all(word in report.words for report in other)]
    if common and len(other) > 1 and not any(word in report.words for report in part for word in "abcdef"):
        assert share == (1_000 if part else 0)


KIN = st.integers(FEWEST, 7).flatmap(
    lambda count: st.fixed_dictionaries(
        {pair: st.integers(-300_000, 900_000) for pair in combinations(range(count), 2)}
    )
)


def count_of(kin: dict[tuple[int, int], int]) -> int:
    return max(later for _, later in kin) + 1


@given(KIN, st.sampled_from([2, 8]))
def test_what_strays_is_the_lesser_part_in_any_unit(kin: dict[tuple[int, int], int], scale: int) -> None:
    count = count_of(kin)
    strays = parted("a" * count, lambda one, other: kin[one.number, other.number])
    assert 2 * len(strays) <= count
    assert parted("a" * count, lambda one, other: scale * kin[one.number, other.number]) == strays


@given(KIN)
def test_the_parts_are_what_is_left_when_the_most_alike_are_put_together(
    kin: dict[tuple[int, int], int],
) -> None:
    def mean(one: list[int], other: list[int]) -> float:
        found = [kin[min(left, right), max(left, right)] for left in one for right in other]
        return sum(found) / len(found)

    parts = [[place] for place in range(count_of(kin))]
    while len(parts) > 2:
        left, right = max(combinations(range(len(parts)), 2), key=lambda p: mean(parts[p[0]], parts[p[1]]))
        parts[left] += parts.pop(right)
    first, second = parts
    tight = min(fmean(kin[pair] for pair in combinations(sorted(p), 2)) for p in parts if len(p) > 1)
    nearest = max(kin[min(one, other), max(one, other)] for one in first for other in second)
    near = ((1_000 - RULES.average) * nearest + RULES.average * mean(first, second)) / 1_000
    strays = parted("a" * count_of(kin), lambda one, other: kin[one.number, other.number])
    if strays:
        assert strays == "".join(map(str, sorted(second if len(second) <= len(first) else first)))
        assert near < tight * RULES.parted / 1_000 + 1
    else:
        assert near > tight * RULES.parted / 1_000 - 1


REPORTS = st.builds(kept, st.integers(0, 9), marsum=st.integers(0, 1_000), velden=st.integers(0, 1_000))


@given(st.lists(REPORTS, min_size=2, max_size=2, unique_by=lambda report: report.number))
def test_kinship_is_the_same_from_either_side_and_when_asked_again(pair: list[EventReport]) -> None:
    one, other = pair
    known = Kinships()
    assert kinship(one, other) == kinship(other, one) == known(one, other) == known(one, other)


def test_strangers_are_no_kin() -> None:
    assert kinship(kept(0, marsum=1_000), kept(1, velden=1_000)) == RULES.stranger
