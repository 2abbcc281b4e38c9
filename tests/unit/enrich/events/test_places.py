import pytest

from services.contracts.events import EventStory
from services.contracts.facts import Facts, Name
from services.enrich.events.places import MOST_OF_A_STORY, of_event, of_story
from tests.unit.enrich.members import START


def named(*names: tuple[str, int], lead: str = "", dateline: str = "") -> Facts:
    return Facts(
        names=tuple(Name(name=name, kind="place", count=count) for name, count in names),
        lead=lead,
        dateline=dateline,
    )


def stories(*said: tuple[str, Facts]) -> list[EventStory]:
    found = [of_story([one]) for one in said]
    return [
        EventStory(
            story_id=f"s{number}",
            title="",
            places=places,
            place_weights=weights,
            first_seen_at=START,
            last_seen_at=START,
        )
        for number, (places, weights) in enumerate(found)
    ]


def test_a_headline_says_more_than_the_first_paragraph_and_that_more_than_the_rest() -> None:
    facts = named(("Brekke", 1), ("Marsum", 1), ("Velden", 1), lead="Aus Velden kommt")
    assert of_story([("Marsum liegt still", facts)]) == (("Marsum", "Velden", "Brekke"), (4, 3, 1))


def test_what_is_named_again_and_again_counts_up_to_a_bound() -> None:
    assert of_story([("", named(("Marsum", 2), ("Velden", 90)))]) == (("Velden", "Marsum"), (3, 2))


def test_where_copy_was_sent_from_is_passing() -> None:
    sent = named(("Marsum", 2), dateline="Velden")
    assert of_story([("", sent)]) == (("Marsum", "Velden"), (2, 1))
    assert of_event(stories(("", sent))) == ("Marsum",)


def test_copies_of_one_text_say_it_once() -> None:
    copy = ("", named(("Marsum", 2)))
    assert of_story([copy, copy]) == (("Marsum",), (2,))


def test_a_story_is_remembered_with_its_weightiest_places() -> None:
    many = named(*((f"Ort {number}", number) for number in (1, 2)), *((f"Stadt {n}", 3) for n in range(4)))
    assert of_story([("", many)])[0] == tuple(f"Stadt {n}" for n in range(MOST_OF_A_STORY))


@pytest.mark.parametrize(
    ("title", "weight"),
    [("Velden ruht", 4), ("Veldens Brücke", 4), ("In Velden", 4), ("Veldener Brücke", 1), ("Neuvelden", 1)],
)
def test_a_place_is_named_by_a_word_of_its_own(title: str, weight: int) -> None:
    assert of_story([(title, named(("Velden", 1)))])[1] == (weight,)


def test_scripts_without_blanks_name_places_within_a_line() -> None:
    assert of_story([("北京大桥关闭", named(("北京", 1)))])[1] == (4,)


def test_a_happening_is_where_its_reports_name_a_place_for_more_than_passing() -> None:
    passing, plain = ("", named(("Velden", 1))), ("Marsum", named(("Marsum", 1)))
    assert of_event(stories(passing, passing)) == ()
    assert of_event(stories(passing, plain)) == ("Marsum",)
    assert of_event(stories(plain, ("", named(("Marsum", 1), ("Velden", 3))))) == ("Marsum", "Velden")


def test_where_one_that_strayed_in_happened_is_not_where_the_event_is() -> None:
    stray, bare = ("Velden", named(("Velden", 3), lead="Velden")), ("", named())
    assert of_event(stories(stray, bare, bare)) == ("Velden",)
    assert of_event(stories(stray, bare, bare, bare)) == ()


def test_stories_that_were_remembered_without_weights_count() -> None:
    (old,) = stories(("", named(("Marsum", 1))))
    old = EventStory(
        story_id="s", title="", places=old.places, first_seen_at=old.first_seen_at, last_seen_at=START
    )
    assert of_event([old]) == ("Marsum",)
