from datetime import timedelta

from services.enrich.events.grouping import MILLION, RULES, Neighbour, Place, place


def alike(name: str, like: int, days: float = 0, crowd: int = 0, event: str = "") -> Neighbour:
    """A report in an event of its name or another, and that in a storyline of its own."""
    event = event or name
    return Neighbour(like, like, timedelta(days=days), crowd, event, f"line-{event}")


def placed(near: list[Neighbour], **sizes: int) -> Place:
    return place(near, dict.fromkeys((other.event for other in near), 1) | sizes)


def test_it_goes_to_the_event_that_is_most_like_it() -> None:
    assert placed([alike("a", 400_000), alike("b", 500_000)]).event == "b"
    assert placed([]) == Place(0, "", "")


def test_days_between_count_against_it() -> None:
    assert placed([alike("a", 400_000, days=3), alike("b", 390_000)]).event == "b"
    assert placed([alike("a", 250_000, days=9)]).event == ""


def test_in_a_crowd_the_same_likeness_is_less() -> None:
    alone = [alike("a", 300_000)]
    assert placed(alone).event == "a"
    assert placed([*alone, *(alike(f"x{n}", 290_000) for n in range(20))]).event == ""
    assert placed([alike("a", 300_000, crowd=300_000)]).event == ""


def test_all_of_an_event_speaks() -> None:
    assert placed([alike("a", 200_000)]).event == "a"
    assert placed([alike("a", 200_000)], a=20).event == ""


def test_what_is_not_the_same_happening_may_be_of_the_same_affair() -> None:
    near = [alike("a", RULES.same_storyline + 20_000, days=1, crowd=MILLION)]
    assert placed(near) == Place(placed(near).crowd, "", "line-a")
    assert placed([alike("a", RULES.same_storyline - 1, crowd=MILLION)]).storyline == ""


def test_a_report_whose_story_is_gone_speaks_for_no_event() -> None:
    gone = alike("a", MILLION)._replace(event="", storyline="")
    assert placed([gone]).event == ""
