from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.clusters import Cluster, Turn
from services.contracts.facts import ArticleFacts, Facts
from services.enrich import latest
from services.enrich.latest import Latest
from services.enrich.story import story
from tests.unit.enrich.members import at, cluster, member

MEMBERS = (member("a"), member("b", 1, kind="syndicated", of="a"))


def known(lead: str) -> dict[str, ArticleFacts]:
    return {"a": ArticleFacts(article_id="a", version_id="a.1", seen_at=at(0), facts=Facts(lead=lead))}


CLUSTERS = st.builds(
    lambda size, **fields: cluster(*MEMBERS[:size], **fields),
    st.integers(1, 2),
    story_id=st.sampled_from("xy"),
    revision=st.integers(1, 9),
    change=st.sampled_from(("grew", "closed")),
    merged_into=st.sampled_from(("", "", "z")),
    merged_from=st.sampled_from(((), ("m",))),
    split_from=st.sampled_from(("", "f")),
    split_into=st.sampled_from(((), ("i",))),
    turns=st.sampled_from(((), (Turn(change="merged", at=at(1), story_id="m"),))),
)


@given(st.lists(st.tuples(CLUSTERS, st.sampled_from(("", "So it was."))), max_size=8), st.integers(0, 2))
def test_a_story_is_told_as_if_nothing_had_been_told_before(
    told: list[tuple[Cluster, str]], at_hand: int
) -> None:
    stories = Latest(at_hand=at_hand)
    for one, lead in told:
        assert stories.story(one, known(lead)) == story(one, known(lead))


@pytest.mark.parametrize(("at_hand", "made"), [(2, 2), (1, 3)])
def test_what_closes_is_made_out_anew_only_where_it_is_not_at_hand(at_hand: int, made: int) -> None:
    stories = Latest(at_hand=at_hand)
    with patch.object(latest, "story", wraps=story) as making:
        for name in ("first", "second"):
            stories.story(cluster(*MEMBERS, story_id=name), known(""))
        for name in ("first", "second"):
            stories.story(cluster(*MEMBERS, story_id=name, change="closed", revision=3), known(""))
    assert making.call_count == made
