from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.events import EventReport
from services.enrich.events.grouping import RULES, Neighbour, Place, are_one, crowd_of, place
from services.enrich.events.reports import affinity
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


def alike(name: str, like: int, days: float = 0, crowd: int = 0, **words: int) -> Neighbour:
    """A report in an event of its name, and that in a storyline of its own."""
    return Neighbour(kept(-days, crowd, **words), like, name, f"line-{name}")


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
    new = kept(number=1_000, crowd=MILLION, lauwe=600, bridge=800)
    assert placed([alike("a", 500_000, days=1, lauwe=600, bridge=800)], new) == Place((), "line-a")
    assert placed([alike("a", 500_000, days=1, lauwe=100, velden=995)], new) == Place((), "")


def test_a_report_whose_story_is_gone_speaks_for_no_event() -> None:
    assert placed([alike("", MILLION)]).events == ()


def test_events_are_one_where_their_reports_are_on_average() -> None:
    one, other = kept(marsum=1_000), kept(velden=1_000)
    assert are_one([one], [one])
    assert are_one([one, other], [one])
    crowd = kept(crowd=500_000, velden=1_000)
    assert not are_one([one], [crowd])
    assert not are_one([], [one])


VECTORS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1_000), min_size=1)


@given(VECTORS, VECTORS)
def test_affinity_is_a_share_and_the_same_from_either_side(
    one: dict[str, int], other: dict[str, int]
) -> None:
    assert 0 <= affinity(one, other) == affinity(other, one) <= MILLION
    assert affinity(one, one) == MILLION


def test_affinity_is_of_what_is_rarest() -> None:
    names, words = {"terborg": 900, "said": 100}, {"terborg": 100, "said": 900}
    assert affinity(names, {"terborg": 1_000}) > 980_000
    assert affinity(words, {"terborg": 1_000}) < 20_000
