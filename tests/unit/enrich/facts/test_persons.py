"""Spellings of one person across scripts, by rules and by the data for what rules cannot reach."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.facts.known import FORMS
from services.enrich.facts.persons import is_one
from services.enrich.facts.skeleton import distance

FIGURES = [
    line.split("|")
    for line in Path(__file__).with_name("figures.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_nearly_all_spellings_of_world_figures_are_joined() -> None:
    pairs = [pair for spellings in FIGURES for pair in combinations(spellings, 2)]
    assert len(FIGURES) >= 60
    assert sum(is_one(*pair) for pair in pairs) / len(pairs) >= 0.95


def test_rules_alone_join_most_of_those_that_no_data_name() -> None:
    named = frozenset(FORMS)
    pairs = [pair for spellings in FIGURES for pair in combinations(spellings, 2) if named.isdisjoint(pair)]
    assert len(pairs) > 1_500
    assert sum(is_one(*pair) for pair in pairs) / len(pairs) >= 0.95


def test_no_two_world_figures_are_taken_for_one() -> None:
    confused = [
        (name, other)
        for mine, theirs in combinations(FIGURES, 2)
        for name in set(mine)
        for other in set(theirs)
        if is_one(name, other)
    ]
    assert not confused


INVENTED = [
    ("Oleksij Bondartschuk", "Oleksii Bondarchuk", "Олексій Бондарчук", "オレクシー・ボンダルチュク"),
    ("Wiktor Malinowskij", "Viktor Malinovsky", "Виктор Малиновский", "维克托·马利诺夫斯基"),
    ("Karl Stenwall", "Carl Stenwall", "Карл Стенвалль", "カール・ステンヴァル"),
    ("Tariq al-Bannoud", "Tarek Bannud", "طارق البنود", "Тарик Баннуд"),
]


@pytest.mark.parametrize("spellings", INVENTED, ids=lambda spellings: spellings[0])
def test_people_of_whom_nobody_has_heard_are_joined_too(spellings: tuple[str, ...]) -> None:
    assert all(is_one(*pair) for pair in combinations(spellings, 2))


@pytest.mark.parametrize("pair", [*combinations([spellings[0] for spellings in INVENTED], 2)])
def test_and_not_with_each_other(pair: tuple[str, str]) -> None:
    assert not is_one(*pair)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Kim Jong Un", "Kim Yo Jong"),
        ("George Bush", "Kate Bush"),
        ("Anna Weber", "Hans Weber"),
        ("Peter Maier", "Petra Meier"),
        ("习近平", "李克强"),
    ],
)
def test_a_family_name_in_common_is_not_enough(name: str, other: str) -> None:
    assert not is_one(name, other)


@pytest.mark.parametrize("name", ["Selenskyj", "Zelensky", "Зеленський", "泽连斯基", "ゼレンスキー"])
def test_a_family_name_alone_is_its_bearers(name: str) -> None:
    assert is_one(name, "Wolodymyr Selenskyj")


CLASSES = st.text("PFTKSLRMNGH", max_size=8)


@given(CLASSES, CLASSES)
def test_a_distance_is_the_same_both_ways_and_none_from_itself(one: str, other: str) -> None:
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert distance(one, one) == 0


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_strings_can_be_asked_about(one: str, other: str) -> None:
    assert is_one(one, other) == is_one(other, one)
