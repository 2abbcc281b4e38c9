import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.clusters import Member
from services.contracts.relations import RelationKind
from services.contracts.stories import Role
from services.enrich.lead import lead
from services.enrich.roles import role
from tests.unit.enrich.members import at, member


@pytest.mark.parametrize(
    ("kind", "correction", "expected"),
    [
        (None, False, "original"),
        ("duplicate", False, "duplicate"),
        ("syndicated", False, "copy"),
        ("derivative", False, "rewrite"),
        ("update", False, "update"),
        ("update", True, "correction"),
        ("syndicated", True, "copy"),
        (None, True, "original"),
    ],
)
def test_a_members_role_is_that_of_its_relation(
    kind: RelationKind | None, correction: bool, expected: Role
) -> None:
    assert role(member("a", kind=kind, correction=correction)) == expected


ORIGINAL = member("a")


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], "a"),
        ([member("b", 1, kind="syndicated", words=100)], "a"),
        ([member("b", 1, kind="syndicated", words=111)], "a"),
        ([member("b", 1, kind="syndicated", words=112)], "b"),
        ([member("b", 1, kind="update", words=100)], "b"),
        ([member("b", 1, kind="update", words=90), member("c", 2, kind="update", words=95)], "c"),
        ([member("b", 1, kind="update", words=50)], "a"),
        ([member("b", 1, kind="update", correction=True, words=101)], "b"),
        ([member("b", 1, kind="syndicated", words=300), member("c", 2, kind="derivative", words=300)], "b"),
    ],
)
def test_the_latest_state_of_the_line_speaks_unless_a_text_is_much_fuller(
    others: list[Member], expected: str
) -> None:
    assert lead([ORIGINAL, *others]).article_id == expected


def test_an_original_changed_after_its_update_is_the_latest_state() -> None:
    members = [member("a", versions=2, version_seen_at=at(5)), member("b", 1, kind="update")]
    assert lead(members).article_id == "a"


MEMBERS = st.lists(
    st.builds(
        lambda number, hours, words, kind: member(f"m{number}", hours, words=words, kind=kind),
        st.integers(0, 50),
        st.integers(0, 9),
        st.integers(0, 400),
        st.sampled_from([None, "duplicate", "syndicated", "derivative", "update"]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.article_id,
)


@given(MEMBERS)
def test_the_lead_is_never_much_shorter_than_any_other(members: list[Member]) -> None:
    assert lead(members).words >= 0.9 * max(one.words for one in members)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_the_lead_does_not_depend_on_the_order_of_members_first_seen_apart(
    members: list[Member], draw: object
) -> None:
    apart = [
        member(one.article_id, hours, words=one.words, kind=one.kind) for hours, one in enumerate(members)
    ]
    shuffled = list(apart)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    assert lead(shuffled) == lead(apart)
