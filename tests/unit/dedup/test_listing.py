from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.relations import Refusal, Relation, RelationKind
from services.dedup.pairs import bounded
from services.dedup.relations.listing import Known, condense, counting

MOST = 6


def to(name: str, kind: RelationKind = "syndicated", *, share: float = 0.9, others: int = 0) -> Relation:
    return Relation(
        other_article_id=name,
        other_version_id=f"{name}-1",
        other_url=f"https://{name}.example/",
        kind=kind,
        jaccard=share,
        containment=share,
        other_containment=share,
        fresh_containment=share,
        fresh_shared=60,
        reason="runs the text whole",
        bands=9,
        samples=9,
        others=others,
    )


def number(name: str) -> int:
    return int(name[1:])


def copies(count: int) -> tuple[list[Relation], dict[str, Known]]:
    """Of one text: `c0` is the first, and every other one took it from there."""
    names = [f"c{n}" for n in range(count)]
    known = {name: Known((number(name), name), [to("c0")] if number(name) else []) for name in names}
    return [to(name) for name in names], known


def told(relations: tuple[Relation, ...]) -> int:
    return sum(1 + relation.others for relation in relations)


def test_up_to_the_bound_every_copy_is_listed() -> None:
    relations, known = copies(MOST)
    assert condense(relations, known, most=MOST) == tuple(relations)


def test_beyond_it_a_copy_names_its_source_and_the_strongest_and_counts_the_others() -> None:
    relations, known = copies(40)
    relations[7] = msgspec.structs.replace(relations[7], jaccard=0.99)
    listed = condense(relations, known, most=MOST)
    assert [(one.other_article_id, one.others) for one in listed] == [("c0", 37), ("c1", 0), ("c7", 0)]


def test_the_source_that_the_story_names_is_listed_in_any_case() -> None:
    relations, known = copies(40)
    listed = condense(relations, known, most=MOST, source="c23")
    assert next(one for one in listed if one.others).other_article_id == "c23"
    assert told(listed) == 40


def test_what_takes_from_many_different_texts_names_them_all() -> None:
    relations = [to(f"d{n}", "derivative") for n in range(40)]
    known = {one.other_article_id: Known((number(one.other_article_id), ""), []) for one in relations}
    assert condense(relations, known, most=MOST) == tuple(relations)


def test_a_passage_is_counted_apart_from_the_text() -> None:
    relations, known = copies(40)
    box = [to(f"p{n}", "background", share=0.1) for n in range(20)]
    known |= {one.other_article_id: Known((100, ""), [box[0]]) for one in box}
    listed = condense([*relations, *box], known, most=MOST)
    assert Counter(one.kind for one in listed) == {"syndicated": 3, "background": 3}
    assert [one.others for one in listed if one.others] == [37, 17]


def test_copies_that_nobody_looked_at_are_counted_and_strangers_are_not() -> None:
    relations, known = copies(10)
    beyond = [Known((50, "x"), [to("c0")]), Known((51, "y"), [to("elsewhere")]), Known((52, "z"), [])]
    assert told(condense(relations, known, most=MOST, beyond=beyond)) == 11


def test_what_is_counted_with_a_source_that_both_have_is_known_to_be_counted() -> None:
    relations, known = copies(40)
    listed = condense(relations, known, most=MOST)
    assert counting(listed, known["c30"].relations) == listed[0]
    assert counting(listed, [to("elsewhere")]) is None
    assert counting(relations, known["c30"].relations) is None


@given(st.permutations(range(30)), st.integers(0, 20), st.integers(1, 12))
def test_nothing_is_lost_and_the_order_of_relations_chooses_nothing(
    order: list[int], late: int, most: int
) -> None:
    relations, known = copies(30)
    known |= {f"c{30 + n}": Known((-n, ""), [to("c0")]) for n in range(late)}
    listed = condense([relations[n] for n in order], known, most=most)
    assert told(listed) == 30
    assert {(r.other_article_id, r.others) for r in listed} == {
        (r.other_article_id, r.others) for r in condense(relations, known, most=most)
    }
    more = condense([*listed, *(to(f"c{30 + n}") for n in range(late))], known, most=most)
    assert told(more) == 30 + late
    assert len(more) <= max(most, 3)


def refusal(number: int, reason: str, others: int = 0) -> Refusal:
    return Refusal(
        other_article_id=f"a{number}",
        other_url=f"https://paper.example/{number}",
        reason=reason,  # type: ignore[arg-type]
        detail="numbers",
        others=others,
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["template", "ticker", "teaser", "little-evidence", "short-passages"]),
            st.integers(0, 3),
        ),
        max_size=40,
    )
)
def test_refusals_are_bounded_and_none_is_lost_nor_any_reason(rows: list[tuple[str, int]]) -> None:
    refused = [refusal(number, reason, others) for number, (reason, others) in enumerate(rows)]
    listed = bounded(refused)
    sizes, wanted = Counter[str](), Counter[str]()
    for one in listed:
        sizes[one.reason] += 1 + one.others
    for one in refused:
        wanted[one.reason] += 1 + one.others
    assert sizes == wanted
    assert len(listed) == min(8, len(refused))
    assert bounded(listed) == listed
