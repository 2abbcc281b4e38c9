from datetime import timedelta
from unittest import mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.events import EventReport
from services.enrich.events import grouping
from services.enrich.events.grouping import RULES, Neighbour, Place, are_one, crowd_of, place
from services.enrich.events.index import Likeness
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


def alike(name: str, like: int, days: float = 0, crowd: int = 0, affinity: int = 0) -> Neighbour:
    """A report in an event of its name, and that in a storyline of its own."""
    return Neighbour(Likeness(kept(-days, crowd), like, affinity), name, f"line-{name}")


def placed(near: list[Neighbour], new: EventReport = NEW, **sizes: int) -> Place:
    return place(new, near, dict.fromkeys((other.event for other in near), 1) | sizes)


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
    assert crowd_of(NEW, [alike("a", 400_000, days=RULES.crowd_days)]) == 400_000 // size
    assert crowd_of(NEW, [alike("a", 400_000, days=RULES.crowd_days + 0.1)]) == 0
    many = [alike(f"a{n}", 400_000) for n in range(size)]
    assert crowd_of(NEW, [alike("b", 100_000), *many]) == 400_000


def test_all_of_an_event_speaks() -> None:
    assert placed([alike("a", 300_000)], a=1).events == ("a",)
    assert placed([alike("a", 300_000)], a=20).events == ()


def test_what_is_not_the_same_happening_may_be_of_the_same_affair() -> None:
    new = kept(number=1_000, crowd=MILLION)
    assert placed([alike("a", 500_000, days=1, affinity=900_000)], new) == Place((), "line-a")
    assert placed([alike("a", 500_000, days=1, affinity=300_000)], new) == Place((), "")


def test_what_both_headlines_say_counts_for_one_happening() -> None:
    like = Likeness(kept(), 70_000, 0, told=1_000)
    assert placed([Neighbour(like, "a", "")]).events == ("a",)
    assert placed([Neighbour(like._replace(told=0), "a", "")]).events == ()


def test_two_reports_that_name_the_same_people_are_of_one_affair() -> None:
    new = msgspec.structs.replace(kept(number=1_000, crowd=MILLION), people={"terbor": 6_000, "rolfs": 6_000})

    def line(*people: str) -> str:
        old = msgspec.structs.replace(kept(-1), people=dict.fromkeys(people, 5_000))
        return placed([Neighbour(Likeness(old, 500_000, 300_000), "a", "line-a")], new).storyline

    assert line("terbor", "rolfs") == "line-a"
    assert line("terbor") == line() == ""


@pytest.mark.parametrize(
    ("days", "events"), [((), ("a",)), ((99, 105), ("a",)), ((108,), ("a",)), ((109,), ()), ((190,), ())]
)
def test_reports_that_name_days_far_apart_tell_of_two_happenings(
    days: tuple[int, ...], events: tuple[str, ...]
) -> None:
    new = msgspec.structs.replace(kept(number=1_000), days=(105, 106))
    other = msgspec.structs.replace(kept(), days=days)
    assert placed([Neighbour(Likeness(other, 100_000, 0), "a", "")], new).events == events


def test_a_day_that_both_name_speaks_for_one_happening() -> None:
    new = msgspec.structs.replace(kept(number=1_000), days=(105,))
    other = msgspec.structs.replace(kept(), days=(104, 105))
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


REPORTS = st.builds(
    lambda days, crowd, marsum, velden: msgspec.structs.replace(
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
    with mock.patch.object(grouping, "_most", lambda _new, near, _rules: [MILLION] * len(near)):
        assert placed(near, new) == found
