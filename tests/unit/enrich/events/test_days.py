"""Days that are named, read against the day on which the text was seen: Thursday, 13 March 2025."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.events.days import days_named
from services.enrich.events.lexicon import Terms
from services.enrich.events.terms import read

SEEN = date(2025, 3, 13)
TERMS = Terms()


def named(text: str, lead: int = 100, seen: date = SEEN) -> list[str]:
    parts = read("", text, TERMS)
    days = days_named(parts.words, parts.days, parts.behind, lead, seen)
    return [date.fromordinal(day).strftime("%d.%m.%y") for day in days]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Die Brücke wurde am Dienstag gesperrt.", "11.03.25"),
        ("Am Dienstagabend brach das Eis.", "11.03.25"),
        ("It happened on Friday, police said.", "07.03.25"),
        ("Mardi, le pont a été fermé.", "11.03.25"),
        ("Во вторник мост закрыли.", "11.03.25"),
        ("It opened on Thursday.", "13.03.25"),
        ("Am 10. März kam der Sturm.", "10.03.25"),
        ("On March 10 the storm came.", "10.03.25"),
        ("El 10 de marzo llegó. Fue el 10 marzo.", "10.03.25"),
        ("Stand vom 10.3.2025, 12 Uhr", "10.03.25"),
        ("Erst am 14. 3. wird wieder geöffnet", "14.03.25"),
    ],
)
def test_a_weekday_or_a_date_is_a_day_near_the_one_on_which_it_was_seen(text: str, day: str) -> None:
    assert named(text) == [day]


@pytest.mark.parametrize(
    "text", ["Am 1. Oktober 1989", "Der Montageplan", "May I ask?", "Version 10.30.2", "on 31 February"]
)
def test_what_is_no_day_around_is_background(text: str) -> None:
    assert named(text) == []


def test_where_the_beginning_names_none_the_first_of_the_rest_counts() -> None:
    text = "word " * 20 + "on Monday and then on Tuesday"
    assert named(text, lead=10) == ["10.03.25"]
    assert named("On Sunday " + text, lead=10) == ["09.03.25"]


def test_a_date_at_the_turn_of_a_year_is_of_the_year_that_is_nearer() -> None:
    assert named("am 30. Dezember", seen=date(2025, 1, 2)) == ["30.12.24"]
    assert named("on January 1", seen=date(2024, 12, 31)) == ["01.01.25"]


WORDS = st.sampled_from(["Monday", "31", "12", "März", "Freitag", "x", ". ", ".", " ", "火曜日"])


@given(st.lists(WORDS, max_size=30), st.dates(date(2, 1, 1), date(9998, 1, 1)), st.integers(0, 30))
def test_whatever_is_written_the_days_are_of_the_week_around(words: list[str], seen: date, lead: int) -> None:
    parts = read("", "".join(words), TERMS)
    days = days_named(parts.words, parts.days, parts.behind, lead, seen)
    assert list(days) == sorted(set(days))
    assert all(-7 <= day - seen.toordinal() <= 1 for day in days)
