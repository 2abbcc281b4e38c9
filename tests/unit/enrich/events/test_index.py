from collections import defaultdict
from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.events import EventReport
from services.enrich.events.index import OPEN, Index
from services.enrich.events.neighbours import Likeness
from services.enrich.events.postings import MOST_OF_A_TERM, Postings
from services.enrich.events.reports import recall
from tests.unit.enrich.members import START

HEAVY = {"marsum": 1_000}


def kept(number: int, days: float = 0, words: dict[str, int] = HEAVY) -> EventReport:
    return EventReport(
        story_id=f"s{number}", number=number, seen_at=START + timedelta(days=days), words=words
    )


class Filled(Index):
    def __init__(self, *reports: EventReport) -> None:
        super().__init__()
        for one in reports:
            self.take(one)

    def take(self, one: EventReport) -> list[EventReport]:
        return list(self.put(recall(one, self.rarity.terms)))

    def like(self, one: EventReport) -> list[Likeness]:
        near = self.near(recall(one, self.rarity.terms))
        return list(map(near.like, range(len(near.numbers))))


def test_what_shares_no_term_is_not_near() -> None:
    index = Filled(kept(0), kept(1, words={"velden": 1_000}))
    assert [old.report.number for old in index.like(kept(2))] == [0]


def test_likeness_is_the_cosine_and_affinity_that_of_the_squares() -> None:
    near = Filled(kept(0)).like(kept(1, words={"marsum": 600, "velden": 800}))
    assert near == [(kept(0), 600_000, round(1_000_000 * 0.36 / (0.36**2 + 0.64**2) ** 0.5), 0)]


VECTORS = st.dictionaries(st.sampled_from("abcdef"), st.integers(300, 1_000), min_size=1)


@given(VECTORS, VECTORS)
def test_affinity_is_a_share_and_the_same_from_either_side(
    one: dict[str, int], other: dict[str, int]
) -> None:
    there = [like.affinity for like in Filled(kept(0, words=one)).like(kept(1, words=other))]
    back = [like.affinity for like in Filled(kept(0, words=other)).like(kept(1, words=one))]
    assert there == back
    assert all(0 <= share <= 1_000_000 for share in there)


def test_a_report_is_compared_with_for_so_many_days_and_then_leaves() -> None:
    days = OPEN / timedelta(days=1)
    index = Filled(kept(0))
    assert index.like(kept(1, days))
    assert not index.like(kept(1, days + 1))
    assert index.take(kept(1, days + 1)) == [kept(0)]


def test_one_that_comes_late_is_compared_with_what_it_would_have_met() -> None:
    index = Filled(kept(0), kept(1, 10))
    assert [old.report.number for old in index.like(kept(2, -3))] == [0, 1]


def test_of_those_that_share_a_term_the_latest_are_looked_at() -> None:
    index = Filled(*(kept(number) for number in range(MOST_OF_A_TERM + 5)))
    found = [old.report.number for old in index.like(kept(MOST_OF_A_TERM + 5))]
    assert found == list(range(5, MOST_OF_A_TERM + 5))


def test_numbers_go_on_from_the_last() -> None:
    assert (Index().next_number(), Filled(kept(0), kept(1)).next_number()) == (0, 2)


def test_reports_are_found_by_their_stories_until_they_leave() -> None:
    index = Filled(kept(0), kept(1, 20))
    assert index.of_stories(["s1", "s0", "s7"]) == [kept(1, 20)]


POSTED = st.lists(st.tuples(st.sets(st.integers(0, 5), min_size=1), st.booleans()), max_size=40)


@given(POSTED, st.integers(1, 60))
def test_postings_are_the_latest_of_each_term_however_they_are_moved(
    posted: list[tuple[set[int], bool]], times: int
) -> None:
    postings, expected = Postings(), defaultdict[int, list[tuple[int, int]]](list)
    for number, (terms, forgets) in enumerate(posted * times):
        slots = np.array(sorted(terms))
        if forgets and number % 7 == 0:
            postings.forget(slots)
            for slot in terms:
                expected.pop(slot, None)
        postings.add(slots, number + slots, number)
        for slot in terms:
            expected[slot].append((number, number + slot))
    for slot in range(6):
        found = zip(*(part.tolist() for part in postings.of(np.array([slot]), np.array([1]))), strict=True)
        assert sorted(found) == expected[slot][-MOST_OF_A_TERM:]
