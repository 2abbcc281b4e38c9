import pytest

from services.enrich.events.terms import LONGEST, split, uses


def test_a_term_is_folded_and_cut_so_that_inflections_meet() -> None:
    assert uses(split("Die Brücken", "")).keys() == uses(split("", "die BRÜCKEN")).keys() == {"die", "brücke"}
    assert uses(split("", "Brückenpfeiler")).keys() == uses(split("", "Brückenpfeilern")).keys()


def test_a_use_says_where_it_stands() -> None:
    found = uses(split("Marsum", "Marsum " + "x " * 100 + "Marsum"))
    assert found["marsum"][:3] == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Then Terborg spoke.", True), ("Terborg spoke.", False), ("He spoke. Terborg left", False)],
)
def test_a_capital_makes_a_name_where_no_sentence_begins(text: str, name: bool) -> None:
    assert uses(split("", text))["terbor"].name is name


def test_a_number_is_a_term_of_its_own() -> None:
    assert uses(split("", "1234567 and 12"))["1234567"].number
    assert not uses(split("", "a12"))["a12"].number


def test_scripts_without_blanks_are_read_in_pairs() -> None:
    assert list(uses(split("北京大雨", ""))) == ["北京", "京大", "大雨"]
    assert list(uses(split("서울에서", ""))) == ["서울", "울에", "에서"]


def test_a_text_is_read_up_to_a_bound() -> None:
    assert "end" not in uses(split("", "word " * LONGEST + "end"))
