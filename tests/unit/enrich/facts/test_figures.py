import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.facts.figures import MOST, figures, stem


def told(text: str, language: str) -> list[tuple[float, str, str, str]]:
    return [(one.value, one.unit, one.label, one.bound) for one in figures("", text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Bis zu 12.000 nordische Soldaten kamen.", (12_000, "", "Soldaten", "up-to")),
        ("de", "rund 1,5 Millionen Menschen", (1_500_000, "", "Menschen", "about")),
        ("de", "ein Schaden von 3,4 Mrd. Euro", (3.4e9, "EUR", "", "")),
        ("de", "um 12 Prozent", (12, "%", "", "")),
        ("en", "more than 10,000 island fishermen", (10_000, "", "fishermen", "at-least")),
        ("en", "It cost $4.5bn to build", (4.5e9, "USD", "", "")),
        ("en", "rose 1.5% on the day", (1.5, "%", "", "")),
        ("fr", "plus de 10 000 soldats", (10_000, "", "soldats", "at-least")),
        ("fr", "10 millions de personnes", (1e7, "", "personnes", "")),
        ("es", "unas 2.300 toneladas", (2_300, "t", "", "about")),
        ("ru", "около 11 тысяч северных солдат", (11_000, "", "солдат", "about")),
        ("ru", "12,5 млрд рублей", (12.5e9, "RUB", "", "")),
        ("zh", "约1500名士兵抵达", (1_500, "", "士兵", "about")),
        ("ja", "1万1000人の兵士が派遣", (11_000, "", "兵士", "")),
        ("ja", "2億円の予算", (2e8, "JPY", "", "")),
        ("ko", "15명 사망", (15, "", "人", "")),
        ("ar", "نحو 10 آلاف جندي", (10_000, "", "جندي", "about")),
    ],
)
def test_a_number_is_read_with_what_it_counts(
    language: str, text: str, expected: tuple[float, str, str, str]
) -> None:
    assert told(text, language) == [expected]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Am 3. Mai 2021 um 14.30 Uhr, 2:1 nach Elfmetern"),
        ("de", "Seit 1987 lebten wieder Luchse dort"),
        ("en", "on 2021-03-05 at 10:45"),
        ("en", "flight AB123 and the B52s"),
        ("de", "ein 47-Jähriger"),
    ],
)
def test_dates_times_scores_and_numbers_in_words_count_nothing(language: str, text: str) -> None:
    assert not told(text, language)


@pytest.mark.parametrize(
    ("one", "other"), [("Soldat", "Soldaten"), ("soldier", "soldiers"), ("солдат", "солдаты")]
)
def test_forms_of_one_noun_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@given(st.text(max_size=300), st.sampled_from(["de", "en", "fr", "ru", "zh", "und"]))
def test_any_text_can_be_read_and_what_is_told_is_bounded(text: str, language: str) -> None:
    found = figures("", text * 3, language)
    assert len(found) <= MOST
    assert all(one.unit or one.label for one in found)
