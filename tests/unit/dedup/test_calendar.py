import pytest

from services.dedup.text.calendar import undated, weekdays


@pytest.mark.parametrize(
    "text",
    [
        "on Tuesday",
        "am Dienstagabend",
        "mardi soir",
        "el martes",
        "во вторник",
        "火曜日に",
        "星期二",
        "salı günü",
    ],
)
def test_a_day_of_the_week_is_known_in_many_languages(text: str) -> None:
    assert weekdays(text) == {1}


def test_a_word_that_holds_the_name_of_a_day_is_none() -> None:
    assert weekdays("Ms Mondayson met a Sontagist") == frozenset()


def test_a_title_without_its_day_is_the_same_on_every_day() -> None:
    assert undated("Wetter am Montag, 3. 2.") == undated("Wetter am Dienstag, 4. 2.") == ("wetter", "am")
    assert undated("火曜日の天気") == undated("水曜日の天気")
    assert undated("Wetter im Mai") != undated("Wetter am Montag")
