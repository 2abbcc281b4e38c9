import pytest

from services.contracts.clusters import Member
from services.enrich.credit import inferred
from services.enrich.origin import origin
from services.enrich.pickup import pickup
from services.enrich.provenance import provenance
from tests.unit.enrich.members import at, member


def told(*members: Member, opening: str = "") -> tuple[str, str, str, str]:
    found = origin(members, lambda _: opening)
    return found.name, found.kind, found.url, found.sure


WIRE = member("wire", 2, agency="dna")
PAPER = member("paper", agencies=("dna",))
COPY = member("copy", 1, kind="syndicated", of="paper", containment=0.9, other_containment=0.9)


def test_credited_copy_is_its_agencys_though_the_agencys_own_item_was_not_seen() -> None:
    assert told(PAPER) == ("dna", "agency", "", "proved")
    assert told(PAPER, COPY) == ("dna", "agency", "", "proved")


def test_the_agencys_own_item_is_the_origin_whenever_it_was_seen() -> None:
    assert told(PAPER, COPY, WIRE) == ("dna", "agency", WIRE.url, "proved")


def test_of_two_agencies_it_is_the_one_that_most_texts_credit() -> None:
    others = [member(f"m{n}", n, agencies=("qna",), kind="syndicated", of="paper") for n in range(1, 4)]
    assert told(PAPER, *others)[0] == "qna"


def test_of_one_text_it_is_the_outlet_or_whom_it_names_at_once() -> None:
    alone = member("talbote", cited=("Lindfunk",))
    assert told(alone, opening="Wie der Lindfunk berichtet, ist die Brücke zu.") == (
        "Lindfunk",
        "outlet",
        "",
        "likely",
    )
    assert told(alone, opening="Die Brücke ist zu.") == ("talbote", "outlet", alone.url, "likely")


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (member("b", 3, kind="syndicated", of="a", absent_at=at(1)), ("a", "proved")),
        (member("b", 3, kind="syndicated", of="a", absent_at=at(-1)), ("", "undecided")),
        (member("b", 3, kind="syndicated", of="a", standing=True), ("", "undecided")),
        (member("b", 3, kind="syndicated", of="a"), ("a", "likely")),
        (member("b", 0.1, kind="syndicated", of="a", cited=("A",)), ("a", "proved")),
    ],
)
def test_the_first_outlet_is_named_as_far_as_that_is_known(second: Member, expected: tuple[str, str]) -> None:
    name, _, _, sure = told(member("a"), second)
    assert (name, sure) == expected


def test_whom_the_others_name_had_it_first_though_it_was_seen_later() -> None:
    late = member("lindfunk", 2, kind="derivative", of="talbote")
    assert told(member("talbote", cited=("Lindfunk",)), late) == ("lindfunk", "outlet", late.url, "proved")


def test_an_interval_is_told_with_the_origin() -> None:
    first = member("a", absent_at=at(-1))
    found = origin([first], lambda _: "")
    assert (found.not_before, found.not_after) == (at(-1), at(0))


def test_a_credit_is_inferred_along_copies_in_both_directions() -> None:
    bare, second = member("bare"), member("second", 2, kind="duplicate", of="copy")
    credited = member("copy", 1, kind="syndicated", of="bare", agencies=("dna",))
    assert inferred([bare, credited, second]) == {"bare": ("dna",), "second": ("dna",)}


@pytest.mark.parametrize(
    "other",
    [
        member("b", 1, kind="derivative", of="paper", containment=0.4),
        member("b", 1, kind="syndicated", of="paper", agency="qna"),
        member("b", 1, kind="syndicated", of="paper", agencies=("qna",)),
        member("b", 1, kind="update", of="paper", notice=True, containment=1.0),
        member("b", 1),
    ],
)
def test_no_credit_is_inferred_for_what_is_no_bare_copy(other: Member) -> None:
    assert not inferred([PAPER, other])


def test_the_tree_names_members_agencies_and_outlets_that_were_not_seen() -> None:
    rewrite = member("rewrite", 40, kind="derivative", of="paper", containment=0.3, cited=("ZDX", "Paper"))
    edges = provenance([PAPER, COPY, rewrite], inferred([PAPER, COPY]))
    assert [(edge.url, edge.of, edge.of_url, edge.evidence, edge.sure) for edge in edges] == [
        (PAPER.url, "dna", "", ("credit",), "proved"),
        (COPY.url, "paper", PAPER.url, ("first-seen",), "likely"),
        (COPY.url, "dna", "", (), "likely"),
        (rewrite.url, "paper", PAPER.url, ("cited", "first-seen"), "proved"),
        (rewrite.url, "ZDX", "", ("cited",), "proved"),
    ]


def test_independent_texts_are_counted_apart_from_copies() -> None:
    rewrite = member("rewrite", 4, kind="derivative", of="paper", containment=0.3)
    update = member("paper2", 6, source="paper", kind="update", of="paper")
    found = pickup([PAPER, COPY, rewrite, update])
    assert (found.articles, found.outlets, found.independent, found.copies) == (4, 3, 2, 1)
    assert (found.hours, found.velocity) == (6.0, 0.33)
    assert pickup([PAPER]).velocity == 0
