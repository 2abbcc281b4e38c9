"""One form filled twice, and one report whose figures move."""

import pytest

from services.contracts.relations import Relation
from services.dedup.relations.relate import Unrelated
from tests.unit.dedup.pieces import article, prose, related

TAIL = prose("the rest of the form", 40)
SALE = (
    "The house at {street} in Quarn was sold for {price} crowns. The buyers move in at the start of May. "
    "It has {rooms} rooms and was built in {year}. The sale was handled by a notary in the market square. "
    + TAIL
)
TOLL = (
    "Nach dem Beben vom Montagmorgen stieg die Zahl der Toten auf {dead}. Mindestens {hurt} Menschen wurden "
    "verletzt, {missing} werden vermisst. Retter suchten weiter, {tents} Zelte wurden aufgestellt. " + TAIL
)
MAYOR = (
    "In {town} zieht {name} ins Rathaus ein. Gegen {rival} setzte sich die Kandidatur am Ende durch, wie die "
    "Wahlleitung mitteilte. {name} dankte den Helfern, {rival} gratulierte noch am Abend. " + TAIL
)


def sale(street: str, price: str, rooms: int, year: int) -> str:
    return SALE.format(street=street, price=price, rooms=rooms, year=year)


def toll(dead: int, hurt: int, missing: int, tents: int) -> str:
    return TOLL.format(dead=dead, hurt=hurt, missing=missing, tents=tents)


def mayor(town: str, name: str, rival: str) -> str:
    return MAYOR.format(town=town, name=name, rival=rival)


def pair(
    texts: tuple[str, str], titles: tuple[str, str], *, source: str = "talbote", hours: float = 0.1
) -> Relation | Unrelated:
    older = article(texts[0], "/old", title=titles[0], source="talbote")
    return related(article(texts[1], "/new", title=titles[1], source=source, hours=hours), older)


@pytest.mark.parametrize("source", ["talbote", "lindfunk"])
@pytest.mark.parametrize(
    ("texts", "titles"),
    [
        (
            (sale("4 Elm Row", "310,000", 6, 1961), sale("19 Dyke End", "275,500", 5, 1978)),
            ("House at 4 Elm Row sold", "House at 19 Dyke End sold"),
        ),
        (
            (mayor("Quarn", "Ida Moll", "Jan Reet"), mayor("Pelm", "Kai Dorn", "Ute Brink")),
            ("Ida Moll gewinnt die Wahl in Quarn", "Kai Dorn gewinnt die Wahl in Pelm"),
        ),
    ],
    ids=["figures and names", "names alone"],
)
def test_another_subject_in_one_form_is_no_relation(
    texts: tuple[str, str], titles: tuple[str, str], source: str
) -> None:
    found = pair(texts, titles, source=source)
    assert isinstance(found, Unrelated)
    assert found.reason == "template"


HOUSE = (
    "The {rooms}-room house at {street} in {town} changed hands for {price} crowns. Built in {year}, it has "
    "{area} square feet and {acres} acres of garden. " + TAIL
)


@pytest.mark.parametrize("source", ["talbote", "lindfunk"])
def test_swaps_that_follow_each_other_too_closely_for_runs_are_seen(source: str) -> None:
    texts = (
        HOUSE.format(
            rooms=6, street="4 Elm Row", town="Quarn", price="310,000", year=1961, area=1940, acres=2
        ),
        HOUSE.format(
            rooms=5, street="19 Dyke End", town="Pelm", price="275,500", year=1978, area=1710, acres=3
        ),
    )
    found = pair(texts, ("House in Quarn sold", "A garden in Pelm sold"), source=source)
    assert isinstance(found, Unrelated)
    assert found.reason == "template"


TIDE = (
    "A mild day is ahead. At noon it is {warm} degrees, the tide is at {tide} and the wind at {wind}. " + TAIL
)


@pytest.mark.parametrize("source", ["talbote", "lindfunk"])
def test_titles_that_name_two_days_make_a_series_of_few_figures(source: str) -> None:
    texts = TIDE.format(warm=14, tide=310, wind=22), TIDE.format(warm=11, tide=290, wind=15)
    days = pair(texts, ("The weather on Monday", "The weather on Tuesday"), source=source, hours=24)
    assert isinstance(days, Unrelated)
    assert days.reason == "template"
    one_day = pair(texts, ("The weather on Monday", "The weather on Monday, late"), source=source, hours=13)
    assert isinstance(one_day, Relation)


def test_a_list_of_prices_in_signs_is_a_series_from_day_to_day() -> None:
    goods, days = (
        ("白菜", "萝卜", "土豆", "番茄", "鸡蛋", "猪肉"),
        ((12, 9, 18, 35, 56, 17), (15, 11, 16, 42, 59, 18)),
    )
    texts = [
        "河口集市今日的菜价如下。"
        + "，".join(f"{good}每斤{price}角" for good, price in zip(goods, prices, strict=True))
        + "。以上价格取自各摊位的平均数，由管理处在开市之后采集，仅供大家买菜时参考。"
        for prices in days
    ]
    found = pair((texts[0], texts[1]), ("星期一的菜价", "星期二的菜价"), hours=24)
    assert isinstance(found, Unrelated)
    assert found.reason == "template"


RATE = (
    "{bank} hob am Mittag den Leitzins für Geschäftskunden um ein Viertel auf 4,75 Prozent an. Sie ist die "
    "{nth} im Land, die dem Schritt vom Montag folgt. " + TAIL
)


def test_a_form_that_opens_with_its_subject_and_swaps_little_else_is_a_template() -> None:
    texts = (
        RATE.format(bank="Die Holmbank", nth="dritte"),
        RATE.format(bank="Die Dreyersparkasse", nth="fünfte"),
    )
    titles = "Holmbank hebt den Leitzins", "Dreyersparkasse hebt den Leitzins"
    found = pair(texts, titles)
    assert isinstance(found, Unrelated)
    assert found.reason == "template"
    copy = pair(texts, titles, source="lindfunk")
    assert isinstance(copy, Relation)


@pytest.mark.parametrize(("text", "kind"), [("weekly", None), ("half of it", "update")])
def test_another_filling_weeks_later_is_a_series_unless_half_is_the_same(text: str, kind: str | None) -> None:
    own = (prose(("own", n), 70 if text == "weekly" else 15) for n in range(2))
    texts = (
        f"{toll(12, 80, 150, 6)} {next(own)}",
        f"{toll(31, 240, 120, 9)} {next(own)}".replace("Montag", "Dienstag"),
    )
    found = pair(texts, ("Die Lage der Woche", "Die Lage in der Woche"), hours=24 * 14)
    assert (found.kind if isinstance(found, Relation) else None) == kind


@pytest.mark.parametrize("hours", [1, 13])
@pytest.mark.parametrize("title", ["Beben: Zahl der Toten steigt", "Beben: Tote und Verletzte"])
def test_figures_that_move_while_all_else_agrees_are_an_update(title: str, hours: float) -> None:
    texts = toll(12, 80, 150, 6), toll(31, 240, 120, 9)
    found = pair(texts, ("Beben: Tote und Verletzte", title), hours=hours)
    assert isinstance(found, Relation)
    assert found.kind == "update"


def test_figures_that_move_with_the_day_are_a_series() -> None:
    texts = toll(12, 80, 150, 6), toll(31, 240, 120, 9).replace("Montag", "Dienstag")
    found = pair(texts, ("Die Lage am Montag", "Die Lage am Dienstag"), hours=24)
    assert isinstance(found, Unrelated)
    assert found.reason == "template"


def test_one_figure_that_moved_makes_an_own_text_an_update_and_none_a_duplicate() -> None:
    text = f"{toll(12, 80, 150, 6)} {prose('long', 300)}"
    moved = pair((text, text.replace("80", "81")), ("Beben", "Beben"))
    same = pair((text, text), ("Beben", "Beben"))
    assert isinstance(moved, Relation)
    assert isinstance(same, Relation)
    assert (moved.kind, same.kind) == ("update", "duplicate")


def test_a_name_in_another_spelling_is_no_other_subject() -> None:
    texts = mayor("Kyjiw", "Ida Moll", "Jan Reet"), mayor("Kiew", "Ida Mohl", "Jan Reeth")
    titles = "Ida Moll gewinnt die Wahl in Kyjiw", "Ida Mohl gewinnt die Wahl in Kiew"
    found = pair(texts, titles, source="lindfunk")
    assert isinstance(found, Relation)
