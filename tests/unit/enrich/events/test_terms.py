import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.events.lexicon import Terms
from services.enrich.events.terms import LONGEST, read, split

TERMS = Terms()


class Use(NamedTuple):
    title: int
    lead: int
    rest: int
    name: bool
    number: bool


def uses(title: str, text: str) -> dict[str, Use]:
    found = read(title, text, TERMS)
    names = TERMS.names_of(found.numbers)
    numbers = TERMS.are_numbers(found.numbers)
    return dict(zip(names, map(Use, *found.uses.tolist(), found.are_names, numbers), strict=True))


def test_a_term_is_folded_and_cut_so_that_inflections_meet() -> None:
    assert uses("Die Brücken", "").keys() == uses("", "die BRÜCKEN").keys() == {"die", "brücke"}
    assert uses("", "Brückenpfeiler").keys() == uses("", "Brückenpfeilern").keys()


def test_a_use_says_where_it_stands() -> None:
    found = uses("Marsum", "Marsum " + "x " * 100 + "Marsum")
    assert found["marsum"][:3] == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Then Terborg spoke.", True), ("Terborg spoke.", False), ("He spoke. Terborg left", False)],
)
def test_a_capital_makes_a_name_where_no_sentence_begins(text: str, name: bool) -> None:
    assert uses("", text)["terbor"].name == name


def test_a_number_is_a_term_of_its_own() -> None:
    assert uses("", "1234567 and 12")["1234567"].number
    assert not uses("", "a12")["a12"].number


def test_scripts_without_blanks_are_read_in_pairs() -> None:
    assert list(uses("北京大雨", "")) == ["北京", "京大", "大雨"]
    assert list(uses("서울에서", "")) == ["서울", "울에", "에서"]


def test_a_text_is_read_up_to_a_bound() -> None:
    assert "end" not in uses("", "word " * LONGEST + "end")


SIGNS = st.text(st.sampled_from("aB1_é北は \n-/,.(\u00a0🙂𝐀ǅ"), max_size=30)


@given(SIGNS, SIGNS)
def test_words_are_letters_and_digits_with_what_stands_between(title: str, text: str) -> None:
    head, body = (re.split(r"([^\W_]+)", part) for part in (title, text))
    found = split(title, text)
    assert (found.words, found.title) == (head[1::2] + body[1::2], len(head) // 2)
    assert [found.behind(place) for place in range(len(found.words))] == head[2::2] + body[2::2]
    within = {" ", "-", ", ", " (", "/", "\u00a0"}
    capitals = [word[0].isupper() for word in head[1::2]]
    capitals += [
        word[0].isupper() and before in within for before, word in zip(body[::2], body[1::2], strict=False)
    ]
    assert found.names.tolist() == [place for place, is_name in enumerate(capitals) if is_name]


@given(st.lists(st.tuples(SIGNS, SIGNS), max_size=5))
def test_what_was_read_before_does_not_matter(texts: list[tuple[str, str]]) -> None:
    before = Terms()
    for title, text in texts:
        anew = Terms()
        again, fresh = read(title, text, before), read(title, text, anew)
        names = before.names_of(again.numbers)
        assert names == anew.names_of(fresh.numbers) == list(dict.fromkeys(names))
        assert again.uses.tolist() == fresh.uses.tolist()
        assert again.are_names.tolist() == fresh.are_names.tolist()
        assert again.days == fresh.days
