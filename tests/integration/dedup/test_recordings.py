"""The bundled articles, straight into a shard, against `expected.toml` and what the five are made for."""

import tomllib
from itertools import pairwise
from typing import Any

import pytest

from services.dedup.text.words import fold
from tests.integration.dedup.newsroom import demo, five
from tests.integration.dedup.shard import Shard, promised
from tests.recordings.sources import DEMO

EXPECTED: dict[str, Any] = tomllib.loads((DEMO / "expected.toml").read_text(encoding="utf-8"))
BETWEEN = [row for row in EXPECTED["relation"] if row["url"] != row["other"]]
WALLS = {"ticker", "stub"}  # consent walls stand in the recorded page, not in the source


@pytest.fixture(scope="module")
def shard() -> Shard:
    return Shard(promised(demo())).run()


@pytest.mark.parametrize("row", BETWEEN, ids=lambda row: row["kind"])
def test_every_relation_of_the_demo_is_reported_with_its_kind(shard: Shard, row: dict[str, Any]) -> None:
    (found,) = (r for r in shard.verdicts()[row["url"]].relations if r.other_url == row["other"])
    assert (found.kind, found.correction) == (row["kind"], row.get("correction", False))
    assert found.jaccard == pytest.approx(row["jaccard"], abs=0.002)
    assert found.containment == pytest.approx(row["containment"], abs=0.002)


@pytest.mark.parametrize("row", EXPECTED["unrelated"], ids=lambda row: row["reason"])
def test_no_pair_of_the_demo_that_is_unrelated_is_related(shard: Shard, row: dict[str, Any]) -> None:
    related = {r.other_url for r in shard.verdicts()[row["url"]].relations}
    back = {r.other_url for r in shard.verdicts()[row["other"]].relations}
    assert row["other"] not in related
    assert row["url"] not in back


@pytest.mark.parametrize("row", EXPECTED["screened"], ids=lambda row: row["reason"])
def test_what_is_screened_in_the_demo_is_in_no_story_with_others(shard: Shard, row: dict[str, Any]) -> None:
    verdict = shard.verdicts()[row["url"]]
    if row["reason"] in WALLS:
        assert (verdict.outcome, verdict.reason) == ("screened", row["reason"])
    if row["reason"] == "template":
        assert verdict.relations == ()
        refused = {refusal.reason for refusal in verdict.refused}
        assert refused <= {"template", "little-evidence", "short-passages"}
        assert frozenset([row["url"]]) in shard.families()


def test_the_stories_of_the_demo_are_the_expected_ones(shard: Shard) -> None:
    expected = {
        frozenset([story["founder"], *(member["url"] for member in story.get("member", []))])
        for story in EXPECTED["story"]
    }
    screened = {row["url"] for row in EXPECTED["screened"]}
    assert {family for family in shard.families() if not family & screened} == expected


def test_passages_of_the_demo_are_equal_words_on_both_sides(shard: Shard) -> None:
    texts = {piece.version_id: piece.text for piece in demo()}
    seen = 0
    for verdict in shard.verdicts().values():
        for relation in verdict.relations:
            text, other = texts[verdict.version_id], texts[relation.other_version_id]
            for passage in relation.passages:
                assert fold(text[passage.start : passage.end]) == (
                    fold(other[passage.other_start : passage.other_end])
                )
                seen += 1
            assert all(left.end <= right.start for left, right in pairwise(relation.passages))
    assert seen > 60


def test_of_the_five_only_the_second_follow_up_has_background_of_the_first() -> None:
    shard = Shard(promised(five())).run()
    relations = [(v.url, r) for v in shard.verdicts().values() for r in v.relations]
    ((url, relation),) = relations
    assert url.endswith("/tamarien-ratifiziert-pakt")
    assert relation.other_url.endswith("/belvar-tamarien-aussenminister")
    assert relation.kind == "background"
    texts = {piece.url: piece.text for piece in five()}
    lengths = [len(fold(texts[url][p.start : p.end])) for p in relation.passages]
    assert sorted(lengths, reverse=True) == [14, 9, 8, 6, 5]
    assert len(shard.families()) == 5
    assert all(verdict.refused == () for verdict in shard.verdicts().values())
