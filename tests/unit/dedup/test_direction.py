import pytest

from services.dedup.relations.direction import credited, source_and_taker
from tests.unit.dedup.pieces import article, profiled

PAPER = article("text", "/paper", source="hafenblatt", agencies=("dna",))
WIRE = article("text", "/wire", source="dna", hours=0.4)


def test_first_sight_decides_where_nothing_else_speaks() -> None:
    plain = article("text", "/paper", source="hafenblatt")
    assert source_and_taker(profiled(WIRE), profiled(plain))[0].article is plain
    assert source_and_taker(profiled(plain), profiled(WIRE)).by == "first-seen"


def test_of_two_that_were_first_seen_at_one_moment_it_is_undecided_who_took() -> None:
    one, other = (profiled(article("text", f"/{n}", source=f"paper{n}")) for n in range(2))
    there, back = source_and_taker(one, other), source_and_taker(other, one)
    assert there == back
    assert there.by == "undecided"
    assert "undecided" in there.why


def test_a_paper_that_credits_an_agency_is_no_source_of_its_item() -> None:
    for pair in ((PAPER, WIRE), (WIRE, PAPER)):
        order = source_and_taker(*map(profiled, pair))
        assert (order.older.article, order.newer.article) == (WIRE, PAPER)
        assert order.by == "credit"
        assert "credits dna" in order.why


@pytest.mark.parametrize("hours", [13, 40])
def test_an_item_of_another_day_was_no_source(hours: float) -> None:
    late = article("text", "/wire", source="dna", hours=hours)
    assert source_and_taker(profiled(PAPER), profiled(late))[0].article is PAPER


def test_a_credit_of_another_agency_says_nothing() -> None:
    assert credited(PAPER, article("text", source="qna")) == ""
    assert credited(WIRE, PAPER) == ""


def test_an_agency_is_known_by_what_ingest_says_of_its_publisher_whatever_its_source_is_called() -> None:
    wire = article("text", "/item", source="Nordische Nachrichten-Agentur", hours=0.4, agency="dna-nord")
    paper = article("text", "/paper", source="hafenblatt", agencies=("dna-nord",))
    assert credited(paper, wire) == "dna-nord"
    assert source_and_taker(profiled(paper), profiled(wire)).by == "credit"
