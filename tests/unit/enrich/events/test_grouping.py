from datetime import timedelta
from typing import NamedTuple
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.events import EventReport
from services.enrich.events import grouping
from services.enrich.events.grouping import RULES, Homes, Place, are_one, crowd_of, place
from services.enrich.events.neighbours import Likeness, Neighbours, Reports, row_of
from tests.unit.enrich.members import START

MILLION = 1_000_000


def kept(days: float = 0, crowd: int = 0, number: int = 0, **words: int) -> EventReport:
    return EventReport(
        story_id=f"s{number}",
        number=number,
        seen_at=START + timedelta(days=days),
        words=words,
        crowd=crowd,
    )


NEW = kept(number=1_000)


class Neighbour(NamedTuple):
    like: Likeness
    event: str
    storyline: str


def alike(name: str, like: int, days: float = 0, crowd: int = 0, affinity: int = 0) -> Neighbour:
    """A report in an event of its name, and that in a storyline of its own."""
    return Neighbour(Likeness(kept(-days, crowd), like, affinity), name, f"line-{name}")


def columns(near: list[Neighbour]) -> Neighbours:
    """Their reports by their places, each of a story of its own."""
    reports = {number: replace(one.like.report, story_id=f"{number}") for number, one in enumerate(near)}
    rows = [(number, *row_of(one.like)[1:]) for number, one in enumerate(near)]
    filled = np.ascontiguousarray(np.array(rows, np.int64).reshape(-1, 7).T)
    return Neighbours(filled, Reports(reports, {f"{number}": number for number in reports}))


def placed(near: list[Neighbour], new: EventReport = NEW, **sizes: int) -> Place:
    events = [one.event for one in near]

    def stories_of(event: str) -> list[str]:
        own = [f"{number}" for number, other in enumerate(events) if other == event]
        return own + (sizes.get(event, 0) - len(own)) * ["gone"]

    lines = {one.event: one.storyline for one in near}
    return place(new, columns(near), Homes(lambda story: events[int(story)], stories_of, lines.__getitem__))


def test_it_goes_to_the_event_that_is_most_like_it() -> None:
    assert placed([alike("a", 400_000), alike("b", 500_000)]).events == ("b", "a")
    assert placed([alike("a", RULES.same_event)]).events == ("a",)
    assert placed([alike("a", RULES.same_event - 1)]).events == ()
    assert placed([]) == Place((), "")


def test_days_between_count_against_it() -> None:
    assert placed([alike("a", 400_000, days=1), alike("b", 390_000)]).events[0] == "b"
    assert placed([alike("a", 400_000, days=4)]).events == ()


def test_days_count_little_where_little_was_written_meanwhile() -> None:
    assert placed([alike("a", 400_000, days=4)], kept(number=2)).events == ("a",)


def test_in_a_crowd_the_same_likeness_is_less() -> None:
    assert placed([alike("a", 300_000)]).events == ("a",)
    assert placed([alike("a", 300_000, crowd=300_000)]).events == ()
    assert placed([alike("a", 300_000)], kept(number=1_000, crowd=300_000)).events == ()


def test_a_crowd_is_of_the_days_before_and_of_those_that_are_most_alike() -> None:
    size = RULES.crowd_size
    assert crowd_of(NEW, columns([alike("a", 400_000, days=RULES.crowd_days)])) == 400_000 // size
    assert crowd_of(NEW, columns([alike("a", 400_000, days=RULES.crowd_days + 0.1)])) == 0
    many = [alike(f"a{n}", 400_000) for n in range(size)]
    assert crowd_of(NEW, columns([alike("b", 100_000), *many])) == 400_000


@pytest.mark.parametrize(
    ("age", "size"),
    [
        (0.0, RULES.crowd_fewest),
        (RULES.crowd_days / 2, RULES.crowd_size // 2),
        (RULES.crowd_days * 2, RULES.crowd_size),
    ],
)
def test_in_the_first_days_of_a_stream_a_crowd_is_of_as_many_reports_fewer(age: float, size: int) -> None:
    first = alike("b", 0, days=age)
    many = [alike(f"a{n}", 400_000) for n in range(RULES.crowd_size)]
    few = [alike(f"a{n}", 400_000) for n in range(size // 2)]
    assert crowd_of(NEW, columns([first, *many])) == 400_000
    assert crowd_of(NEW, columns([first, *few])) == 400_000 * len(few) // size


def test_a_stream_that_was_forgotten_has_not_just_begun() -> None:
    near = columns([alike("a", 400_000), alike("a", 400_000)])
    later = {number + 1: replace(one, number=number + 1) for number, one in near.all.by_number.items()}
    known = near._replace(all=near.all._replace(by_number=later))
    assert crowd_of(NEW, known) == 800_000 // RULES.crowd_size < crowd_of(NEW, near)


def test_all_of_an_event_speaks() -> None:
    assert placed([alike("a", 300_000)], a=1).events == ("a",)
    assert placed([alike("a", 300_000)], a=20).events == ()


def test_what_is_not_the_same_happening_may_be_of_the_same_affair() -> None:
    new = kept(number=1_000, crowd=MILLION)
    assert placed([alike("a", 500_000, days=1, affinity=900_000)], new) == Place((), "line-a")
    assert placed([alike("a", 500_000, days=1, affinity=300_000)], new) == Place((), "")


@pytest.mark.parametrize(
    ("mine", "theirs", "events"),
    [
        ("terbor", "terbor", ("a",)),
        ("terbor", "rolfs", ()),
        ("", "rolfs", ("a",)),
        ("terbor", "marsum", ("a",)),
    ],
)
def test_reports_whose_headlines_name_different_people_tell_of_two_happenings(
    mine: str, theirs: str, events: tuple[str, ...]
) -> None:
    def about(name: str, report: EventReport) -> EventReport:
        return replace(
            report,
            words={"marsum": 600} | ({name: 600} if name else {}),
            headline={"marsum": 500} | ({name: 500} if name else {}),
            people={name: 6_000} if name else {},
        )

    old = about(theirs, kept())
    like = Likeness(old, 115_000, 0)
    assert placed([Neighbour(like, "a", "")], about(mine, kept(number=1_000))).events == events


@pytest.mark.parametrize(
    ("mine", "theirs", "days", "events"),
    [
        ("7890", "5011", 1, ()),
        ("7890", "5011", 0, ("a",)),
        ("7890", "7890", 1, ("a",)),
        ("7", "5", 1, ("a",)),
        ("marsum", "5011", 1, ("a",)),
    ],
)
def test_a_daily_count_is_another_happening_each_day(
    mine: str, theirs: str, days: int, events: tuple[str, ...]
) -> None:
    new = replace(kept(days, number=1), headline={mine: 1_000})
    old = replace(kept(), headline={theirs: 1_000})
    assert placed([Neighbour(Likeness(old, 160_000, 0), "a", "")], new).events == events


@pytest.mark.parametrize(("days", "events"), [(0, ("a",)), (1, ())])
def test_the_same_name_alone_the_next_day_is_about_something_else(days: int, events: tuple[str, ...]) -> None:
    def of(days: float, **words: int) -> EventReport:
        return replace(kept(days, number=1_000 * round(days), **words), headline={"marsum": 1_000})

    one_name = Likeness(of(0, marsum=850, strike=500), 722_500, 0)
    many = Likeness(of(0, **dict.fromkeys("abcdefghij", 260), marsum=500), 722_500, 0)
    new = replace(of(days, marsum=850, result=500), crowd=200_000)
    assert placed([Neighbour(one_name, "a", "")], new).events == events
    assert placed([Neighbour(many, "a", "")], new).events == ("a",)


def test_no_event_has_two_instalments_of_a_series() -> None:
    def count(days: float, number: str) -> EventReport:
        words = {"harbour": 700, "tonnes": 700, number: 100}
        return replace(kept(days, number=round(days), **words), headline={"harbour": 500, "tonnes": 500})

    monday, beside, tuesday = count(0, "4100"), kept(0, harbour=700, strike=700), count(1, "5300")
    near = [Neighbour(Likeness(old, 900_000, 0), "a", "") for old in (monday, beside)]
    assert placed(near[1:], tuesday).events == ("a",)
    assert placed(near, tuesday).events == ()
    assert not are_one([monday, beside, beside], [tuesday, beside])


def test_two_reports_that_name_the_same_people_are_of_one_affair() -> None:
    new = replace(kept(number=1_000, crowd=MILLION), people={"terbor": 6_000, "rolfs": 6_000})

    def line(*people: str) -> str:
        old = replace(kept(-1), people=dict.fromkeys(people, 5_000))
        return placed([Neighbour(Likeness(old, 500_000, 300_000), "a", "line-a")], new).storyline

    assert line("terbor", "rolfs") == "line-a"
    assert line("terbor") == line() == ""


@pytest.mark.parametrize(
    ("days", "events"), [((), ("a",)), ((99, 105), ("a",)), ((108,), ("a",)), ((109,), ()), ((190,), ())]
)
def test_reports_that_name_days_far_apart_tell_of_two_happenings(
    days: tuple[int, ...], events: tuple[str, ...]
) -> None:
    new = replace(kept(number=1_000), days=(105, 106))
    other = replace(kept(), days=days)
    assert placed([Neighbour(Likeness(other, 100_000, 0), "a", "")], new).events == events


def test_a_day_that_both_name_speaks_for_one_happening() -> None:
    new = replace(kept(number=1_000), days=(105,))
    other = replace(kept(), days=(104, 105))
    assert placed([Neighbour(Likeness(other, 60_000, 0), "a", "")], new).events == ("a",)
    assert placed([Neighbour(Likeness(kept(), 60_000, 0), "a", "")], new).events == ()


def test_a_report_whose_story_is_gone_speaks_for_no_event() -> None:
    assert placed([alike("", MILLION)]).events == ()


def test_events_are_one_where_their_reports_are_on_average() -> None:
    one, other = kept(marsum=1_000), kept(velden=1_000)
    assert are_one([one], [one])
    assert are_one([one, other], [one])
    crowd = kept(crowd=500_000, velden=1_000)
    assert not are_one([one], [crowd])
    assert not are_one([], [one])


@pytest.mark.parametrize(
    ("reports", "least"), [((1, 1), RULES.one_report), ((2, 1), RULES.one_report), ((2, 2), RULES.one_event)]
)
def test_a_lone_report_must_be_more_like_an_event_than_two_events_are_to_be_one(
    reports: tuple[int, int], least: int
) -> None:
    def are(like: int) -> bool:
        crowd = round((MILLION - like) * 1_000 / RULES.crowd)
        one, other = ([kept(crowd=crowd, marsum=1_000)] * count for count in reports)
        return are_one(one, other)

    assert RULES.one_event < RULES.one_report < RULES.same_event
    assert are(least + 10)
    assert not are(least - 10)


REPORTS = st.builds(
    lambda days, crowd, marsum, velden: replace(
        kept(-days, crowd, marsum=marsum, velden=velden),
        headline={"marsum": 600, "velden": 400},
        days=(105,) if marsum > 500 else (),
    ),
    *(st.integers(0, 3), st.integers(0, 80_000), st.integers(0, 1_000), st.integers(0, 1_000)),
)


@given(REPORTS, st.lists(st.tuples(REPORTS, st.integers(50_000, 250_000), st.sampled_from("ab")), max_size=6))
def test_what_is_passed_over_could_not_be_one(
    new: EventReport, others: list[tuple[EventReport, int, str]]
) -> None:
    near = [Neighbour(Likeness(old, like, 0), event, "") for old, like, event in others]
    found = placed(near, new)
    with mock.patch.object(grouping, "hopes_of", lambda _new, near, _rules: np.arange(len(near.numbers))):
        assert placed(near, new) == found
