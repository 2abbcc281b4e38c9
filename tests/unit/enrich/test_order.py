from datetime import timedelta

import pytest

from services.contracts.clusters import Member
from services.contracts.stories import Sureness
from services.enrich.order import came_later, names_outlet, taken
from tests.unit.enrich.members import at, member

FIRST = member("a")


@pytest.mark.parametrize(
    ("second", "sure"),
    [
        (member("b", 3, absent_at=at(1)), "proved"),
        (member("b", 3, absent_at=at(0)), "proved"),
        (member("b", 3, absent_at=at(-1)), "undecided"),
        (member("b", 0.1, absent_at=at(-0.1)), "undecided"),
        (member("b", 30, standing=True), "undecided"),
        (member("b", 30), "likely"),
        (member("b", 0.2), "undecided"),
        (member("b", 0), "undecided"),
    ],
)
def test_first_sight_is_an_interval_and_a_first_look_proves_nothing(second: Member, sure: Sureness) -> None:
    assert came_later(FIRST, second).sure == sure


def test_the_publishers_own_dates_make_an_order_likely_and_no_more() -> None:
    first = member("a", published_at=at(-5))
    second = member("b", 1, published_at=at(-3), standing=True)
    order = came_later(first, second)
    assert (order.sure, order.evidence) == ("likely", ("published",))
    assert came_later(member("a", published_at=at(-3)), second).sure == "undecided"


def test_a_rhythm_of_a_quarter_of_an_hour_cannot_order_two_papers_within_it() -> None:
    first = member("a", 0, absent_at=at(-0.25))
    second = member(
        "b", 0, first_seen_at=at(0) + timedelta(minutes=7), absent_at=at(0) - timedelta(minutes=8)
    )
    order = came_later(first, second)
    assert order.sure == "undecided"
    assert "15 min" in order.reason


def test_a_credit_to_the_agency_whose_item_it_is_proves_who_took() -> None:
    wire = member("wire", 1, agency="dna")
    order = taken(member("b", agencies=("dna",), of="wire", direction="credit"), wire)
    assert (order.sure, order.evidence[0]) == ("proved", "credit")


def test_a_name_in_the_text_proves_who_took() -> None:
    order = taken(
        member("b", 0.1, cited=("Nordblatt Online",), of="n"), member("n", source="nordblatt.example")
    )
    assert (order.sure, order.evidence) == ("proved", ("cited",))


def test_a_cut_was_likely_taken_from_the_whole() -> None:
    cut = member("b", 0.1, of="a", containment=0.95, other_containment=0.4)
    assert (taken(cut, FIRST).sure, taken(cut, FIRST).evidence) == ("likely", ("contained",))
    assert taken(member("b", 0.1, of="a", containment=0.95, other_containment=0.9), FIRST).sure == "undecided"


def test_who_both_credit_one_agency_may_both_have_it_from_there() -> None:
    order = taken(member("b", 30, agencies=("dna",), of="a"), member("a", agencies=("dna",)))
    assert order.sure == "undecided"
    assert "both credit dna" in order.reason


@pytest.mark.parametrize(
    ("cited", "source", "expected"),
    [
        ("Nordblatt", "nordblatt.example", True),
        ("Nordblatt Online", "nordblatt", True),
        ("Der Nordblatt", "nordblatt", False),
        ("NB", "nb", True),
        ("NBX", "nb", False),
        ("Nordblatt", "", False),
    ],
)
def test_an_outlet_is_known_by_the_name_it_is_cited_under(cited: str, source: str, expected: bool) -> None:
    assert names_outlet(cited, source) is expected
