import pytest

from services.dedup.relations.direction import credited, order
from tests.unit.dedup.pieces import article, profiled

PAPER = article("text", "/paper", source="hafenblatt", agencies=("dna",))
WIRE = article("text", "/wire", source="dna", hours=0.4)


def test_first_sight_decides_where_nothing_else_speaks() -> None:
    plain = article("text", "/paper", source="hafenblatt")
    assert order(profiled(WIRE), profiled(plain))[0].article is plain
    assert order(profiled(plain), profiled(WIRE))[2:] == ("first-seen", "")


def test_a_paper_that_credits_an_agency_is_no_source_of_its_item() -> None:
    for pair in ((PAPER, WIRE), (WIRE, PAPER)):
        older, newer, direction, why = order(*map(profiled, pair))
        assert (older.article, newer.article) == (WIRE, PAPER)
        assert direction == "credit"
        assert "credits dna" in why


@pytest.mark.parametrize("hours", [13, 40])
def test_an_item_of_another_day_was_no_source(hours: float) -> None:
    late = article("text", "/wire", source="dna", hours=hours)
    assert order(profiled(PAPER), profiled(late))[0].article is PAPER


def test_a_credit_of_another_agency_says_nothing() -> None:
    assert credited(PAPER, article("text", source="qna")) == ""
    assert credited(WIRE, PAPER) == ""


def test_a_credit_of_an_item_that_was_seen_before_is_evidence_too() -> None:
    paper = article("text", "/paper", source="hafenblatt", agencies=("dna",), hours=2)
    found = order(profiled(paper), profiled(WIRE))
    assert (found.source.article, found.direction) == (WIRE, "credit")


def test_what_was_first_seen_at_one_time_has_no_direction() -> None:
    one, other = article("text", "/one", source="hafenblatt"), article("text", "/two", source="talbote")
    assert order(profiled(one), profiled(other)).direction == "undecided"
