import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.text.figures import agree, common, figures


def values(text: str) -> list[float]:
    return [figure.value for figure in figures(text)]


@pytest.mark.parametrize(
    "text",
    ["1.284.000", "1,284,000", "1 284 000", "1\u202f284\u202f000", "1’284’000", "1284000", "1,284 Millionen"],
)
def test_one_number_is_one_in_every_house_style(text: str) -> None:
    assert values(f"Es waren {text} Gäste.") == [1_284_000]


@pytest.mark.parametrize(("text", "value"), [("54,80 Euro", 54.8), ("2.4 million", 2.4e6), ("0.125", 0.125)])
def test_decimals_are_no_groups(text: str, value: float) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.284.000", "1,28 Millionen"),
        ("1.284.000", "1,3 Millionen"),
        ("42.300", "42 000"),
        ("12 kilometres", "7.5 miles"),
        ("95 kilometres", "59 miles"),
        ("190-metre", "623-foot"),
        ("3.150 Meter", "3,15 Kilometer"),
    ],
)
def test_rounded_or_converted_it_is_the_same(one: str, other: str) -> None:
    (ours,), (theirs,) = figures(one.replace("-", " ")), figures(other.replace("-", " "))
    assert agree(ours, theirs)
    assert agree(theirs, ours)


@pytest.mark.parametrize(
    ("one", "other"),
    [("31", "32"), ("388", "391"), ("412", "421"), ("84", "79"), ("5 miles", "5 kilometres")],
)
def test_another_count_is_another(one: str, other: str) -> None:
    (ours,), (theirs,) = figures(one), figures(other)
    assert agree(ours, theirs) == (ours.value == theirs.value)


def test_what_two_texts_have_in_common_is_counted_once_each() -> None:
    assert common(figures("12 Tote, 96.400 Gäste, 7 Boote"), figures("96 000 Gäste und 12 Tote")) == 2


@given(st.text())
def test_every_text_has_figures_or_none(text: str) -> None:
    found = figures(text)
    assert common(found, found) == len(found) <= 400


@pytest.mark.parametrize("text", ["けがをした人は12人だった", "白菜每斤12元", "共有12人受伤"])
def test_a_figure_that_follows_a_sign_without_a_blank_is_one(text: str) -> None:
    assert [figure.value for figure in figures(text)] == [12]


def test_a_digit_within_a_word_is_no_figure() -> None:
    assert figures("A380 und Covid19") == ()
