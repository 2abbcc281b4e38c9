"""What is explained about a pair is what was decided about it."""

from itertools import pairwise

import pytest

from services.contracts.articles import Article
from services.contracts.relations import Relation
from services.dedup.relations.explain import compare
from services.dedup.relations.relate import Unrelated
from tests.integration.dedup.newsroom import demo, five
from tests.integration.dedup.shard import Shard, promised
from tests.unit.dedup.pieces import SETTINGS, article, prose
from tests.unit.dedup.walls import pages


@pytest.mark.parametrize("known", [demo(), five()], ids=["demo", "five"])
def test_every_relation_is_explained_with_the_numbers_it_was_decided_by(known: list[Article]) -> None:
    versions = {piece.version_id: piece for piece in known}
    explained = 0
    for verdict in Shard(promised(known)).run().verdicts().values():
        for relation in verdict.relations:
            told = compare(versions[relation.other_version_id], versions[verdict.version_id], known, SETTINGS)
            assert told.answer == relation
            assert told.candidate
            assert (told.newer.version_id, told.older.version_id) == (
                verdict.version_id,
                relation.other_version_id,
            )
            assert (told.hit.bands, told.hit.samples) == (relation.bands, relation.samples)
            assert round(told.shares.jaccard, 4) == relation.jaccard
            explained += 1
    assert explained


def test_of_an_unrelated_pair_it_says_why() -> None:
    known = five()
    for older, newer in pairwise(known):
        told = compare(older, newer, known, SETTINGS)
        assert isinstance(told.answer, Unrelated)
        assert told.answer.detail.startswith("0 shared shingles")
        assert not told.candidate
        assert (told.hit.bands, told.hit.samples, told.estimate) == (0, 0, 0)


def test_text_that_kept_coming_back_is_told_as_no_evidence() -> None:
    box = prose("box", 40)
    known = [article(f"{prose(n, 80)} {box}", f"/{n}", title=f"T{n}", hours=24 * n) for n in range(6)]
    answers = [compare(known[0], later, known, SETTINGS).answer for later in known[1:]]
    assert isinstance(answers[-1], Unrelated)
    assert "36 of them no evidence" in answers[-1].detail
    assert compare(known[0], known[-1], [], SETTINGS).shares.fresh_shared == 36


def test_a_pair_with_a_stub_names_the_screen_of_each_side() -> None:
    title, text = pages("stub")["en: nothing but the offer"]
    stub, other = article(text, "/stub", title=title), article(prose("other", 50), "/other", hours=1)
    told = compare(stub, other, [stub, other], SETTINGS)
    assert [(url, why.reason) for url, why in told.screens] == [(stub.url, "stub")]


def test_the_order_in_which_a_pair_is_named_makes_no_difference() -> None:
    text = prose("report", 100)
    one, other = article(text, "/a"), article(text, "/b", source="lindfunk", hours=1)
    there, back = compare(one, other, [one, other], SETTINGS), compare(other, one, [one, other], SETTINGS)
    assert there == back
    assert isinstance(there.answer, Relation)
    assert (there.older, there.newer) == (one, other)
