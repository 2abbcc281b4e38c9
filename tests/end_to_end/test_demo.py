"""What comes out of the bundled recording, against `tests/recordings/demo/expected.toml`.

One test a table of that file, so that a failure names what is wrong. The embedded log that
the replay worked on holds what the files leave out, such as earlier versions.
"""

import asyncio
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.feeds import FeedState
from services.stream.sqlite import SqliteBus
from tests.end_to_end.command import Ran, Replay
from tests.end_to_end.output import Line, by_url, lines

STATED = Path(__file__).parents[1] / "recordings" / "demo" / "expected.toml"
EXPECTED: dict[str, Any] = tomllib.loads(STATED.read_text("utf-8"))
NEAR = 0.02
"""How far a number may be from what was computed from the sources: extraction may move a word."""

Pair = tuple[str, str]


class Replayed(NamedTuple):
    ran: Ran
    out: Path
    versions: Counter[str]
    """Article records by URL."""
    pending: frozenset[str]
    """Pages that feeds listed and that were not had."""


@pytest.fixture(scope="module")
def replayed(demo: Replay) -> Replayed:
    return Replayed(demo.ran, demo.out, *asyncio.run(_on_the_log(demo.log)))


async def _on_the_log(log: Path) -> tuple[Counter[str], frozenset[str]]:
    bus = SqliteBus(log)
    await bus.start()
    try:
        versions = Counter(
            [
                wire.decode(Article, record.value or b"").url
                async for record in scan(bus, "articles")
                if is_a(record, Article)
            ]
        )
        states = {
            record.key: wire.decode(FeedState, record.value or b"")
            async for record in scan(bus, "feed-state")
            if is_a(record, FeedState)
        }
    finally:
        await bus.close()
    return versions, frozenset(page.url for state in states.values() for page in state.pending)


def relations(replayed: Replayed) -> dict[Pair, Line]:
    return {(line["url"], line["other_url"]): line for line in lines(replayed.out, "relations")}


def by_founder(replayed: Replayed) -> dict[str, Line]:
    return {story["articles"][0]: story for story in lines(replayed.out, "stories")}


def templates() -> set[str]:
    return {row["url"] for row in EXPECTED["screened"] if row["reason"] == "template"}


# --- articles --------------------------------------------------------------------------------------


def test_every_article_is_there_and_no_other(replayed: Replayed) -> None:
    assert sorted(by_url(replayed.out, "articles")) == sorted(row["url"] for row in EXPECTED["article"])
    assert len(EXPECTED["article"]) == EXPECTED["counts"]["articles"]


def test_every_change_of_a_text_is_a_version(replayed: Replayed) -> None:
    assert replayed.versions == {row["url"]: row["versions"] for row in EXPECTED["article"]}
    assert replayed.versions.total() == EXPECTED["counts"]["versions"]


def test_the_agencies_credited_are_those_of_the_copy(replayed: Replayed) -> None:
    found = by_url(replayed.out, "articles")
    credited = {url: line["agencies"] for url, line in found.items()}
    assert credited == {row["url"]: row["agencies"] for row in EXPECTED["article"] if row["url"] in found}


def test_a_feed_with_whole_articles_needs_no_pages(replayed: Replayed) -> None:
    found = by_url(replayed.out, "articles")
    whole = [row["url"] for row in EXPECTED["article"] if row.get("from_feed")]
    assert whole
    assert [found[url]["text"].count("\n") >= 2 for url in whole] == [True] * len(whole)


def test_what_a_feed_lists_and_nobody_has_is_counted_and_no_article(replayed: Replayed) -> None:
    missing = {row["url"] for row in EXPECTED["missing"]}
    assert replayed.pending == missing
    assert missing.isdisjoint(by_url(replayed.out, "articles"))
    assert f"pages listed but not recorded │ {len(missing)} │" in " ".join(replayed.ran.out.split())


# --- relations -------------------------------------------------------------------------------------


def expected_relations(*, same_address: bool) -> dict[Pair, Line]:
    rows = (row for row in EXPECTED["relation"] if row.get("same_address", False) == same_address)
    return {(row["url"], row["other"]): row for row in rows}


def test_every_relation_is_there(replayed: Replayed) -> None:
    assert expected_relations(same_address=False).keys() - relations(replayed).keys() == set()


def test_every_relation_is_of_its_kind(replayed: Replayed) -> None:
    expected, found = expected_relations(same_address=False), relations(replayed)
    kinds = {
        pair: (found[pair]["kind"], found[pair]["correction"]) for pair in expected.keys() & found.keys()
    }
    assert kinds == {
        pair: (row["kind"], row.get("correction", False)) for pair, row in expected.items() if pair in kinds
    }


def test_every_relation_carries_the_exact_numbers(replayed: Replayed) -> None:
    expected, found = expected_relations(same_address=False), relations(replayed)
    for pair in expected.keys() & found.keys():
        for number in ("jaccard", "containment", "other_containment"):
            assert found[pair][number] == pytest.approx(expected[pair][number], abs=NEAR), (pair, number)


def test_the_passages_of_a_relation_are_equal_words_in_both_texts(replayed: Replayed) -> None:
    articles, expected = by_url(replayed.out, "articles"), expected_relations(same_address=False)
    for pair, line in relations(replayed).items():
        text, other = articles[pair[0]]["text"], articles[pair[1]]["text"]
        assert line["passages"]
        for one in line["passages"]:
            here, there = text[one["start"] : one["end"]], other[one["other_start"] : one["other_end"]]
            assert spoken(here) == spoken(there), pair
        if pair in expected:
            longest = max(len(spoken(text[one["start"] : one["end"]])) for one in line["passages"])
            assert longest >= 0.9 * max(expected[pair]["runs"]), pair


def spoken(text: str) -> list[str]:
    """Words without case and punctuation."""
    return "".join(char.lower() if char.isalnum() else " " for char in text).split()


def test_a_later_version_is_told_as_a_change_and_not_as_a_relation_of_an_article_with_itself(
    replayed: Replayed,
) -> None:
    told = {
        (change["article_url"], change["change"])
        for change in lines(replayed.out, "story-changes")
        if change["change"] in {"updated", "corrected"}
    }
    for (url, _), row in expected_relations(same_address=True).items():
        assert (url, "corrected" if row.get("correction") else "updated") in told
    assert [pair for pair in relations(replayed) if pair[0] == pair[1]] == []


def test_what_must_not_be_related_is_not(replayed: Replayed) -> None:
    never = [(row["url"], row["other"]) for row in EXPECTED["unrelated"]]
    found = relations(replayed)
    assert [pair for pair in never if pair in found or pair[::-1] in found] == []


def test_articles_of_two_stories_are_related_only_where_it_says_so(replayed: Replayed) -> None:
    story_of = {
        url: row["name"]
        for row in EXPECTED["story"]
        for url in (row["founder"], *(member["url"] for member in row.get("member", ())))
    }
    named = {(row["url"], row["other"]) for row in EXPECTED["relation"]}
    across = {pair for pair in relations(replayed) if story_of.get(pair[0]) != story_of.get(pair[1])}
    assert across - named == set()


# --- stories ---------------------------------------------------------------------------------------


def test_every_story_has_its_founder_and_there_are_no_others(replayed: Replayed) -> None:
    found = by_founder(replayed).keys() - templates()
    assert sorted(found) == sorted(row["founder"] for row in EXPECTED["story"])
    assert len(found) == EXPECTED["counts"]["stories"]


@pytest.mark.parametrize("row", EXPECTED["story"], ids=lambda row: row["name"])
def test_the_story_has_its_members_in_their_roles(replayed: Replayed, row: dict[str, Any]) -> None:
    story = by_founder(replayed)[row["founder"]]
    assert story["articles"] == [row["founder"], *(member["url"] for member in row.get("member", ()))]
    founder, *others = story["members"]
    assert founder["role"] == "original"
    assert [(one["url"], one["role"], one["of"]) for one in others] == [
        (member["url"], member["role"], member["of"]) for member in row.get("member", ())
    ]


def test_a_story_counts_the_versions_of_its_articles(replayed: Replayed) -> None:
    told = {
        member["url"]: member.get("versions", 1)
        for story in lines(replayed.out, "stories")
        for member in story["members"]
    }
    assert told == {row["url"]: row["versions"] for row in EXPECTED["article"] if row["url"] in told}


# --- kept out of matching --------------------------------------------------------------------------


def test_what_is_no_article_of_its_own_is_screened_with_its_reason(replayed: Replayed) -> None:
    expected = {row["url"]: row["reason"] for row in EXPECTED["screened"] if row["reason"] != "template"}
    whole = {line["url"]: line["reason"] for line in lines(replayed.out, "screened") if alone(line)}
    assert whole == expected
    in_stories = {url for story in lines(replayed.out, "stories") for url in story["articles"]}
    assert in_stories.isdisjoint(expected)


LITTLE_IN_COMMON = ("little-evidence", "short-passages")
"""No screen said this of a pair: it was looked at, and shares next to nothing that is its own."""


def alone(line: Line) -> bool:
    """A line about one article and not about a pair."""
    return not line.get("other_url")


def test_two_fillings_of_a_template_are_refused_as_a_pair_by_that_name(replayed: Replayed) -> None:
    pairs = [line for line in lines(replayed.out, "screened") if not alone(line)]
    refused = [line for line in pairs if line["reason"] not in LITTLE_IN_COMMON]
    assert {line["reason"] for line in refused} == {"template"}
    assert {url for line in refused for url in (line["url"], line["other_url"])} <= templates()
    may_found = {row["url"] for row in EXPECTED["screened"] if row.get("may_found")}
    assert may_found <= {line["other_url"] for line in refused}


def test_a_filling_of_a_template_stands_with_nobody(replayed: Replayed) -> None:
    stories = [story["articles"] for story in lines(replayed.out, "stories")]
    assert [urls for urls in stories if templates() & set(urls) and len(urls) > 1] == []
    assert [pair for pair in relations(replayed) if templates() & set(pair)] == []


# --- what a person sees ----------------------------------------------------------------------------


def test_the_table_tells_of_every_story_that_more_than_one_article_tells(replayed: Replayed) -> None:
    headlines = [story["headline"] for story in lines(replayed.out, "stories") if len(story["articles"]) > 1]
    told = " ".join(replayed.ran.out.replace("│", " ").split())
    assert [headline for headline in headlines if headline.split()[0] not in told] == []
    assert str(replayed.out) in replayed.ran.out.replace("\n", "")


def test_changes_replayed_in_order_give_the_stories(replayed: Replayed) -> None:
    standing: dict[str, Line] = {}
    for change in lines(replayed.out, "story-changes"):
        before = standing.get(change["story_id"])
        assert change["revision"] == (before["revision"] + 1 if before else 1)
        standing[change["story_id"]] = change["story"]
        if change["story"].get("merged_into"):
            del standing[change["story_id"]]
    stated = {story["story_id"]: story for story in lines(replayed.out, "stories")}
    assert {key: (one["revision"], tuple(one["articles"])) for key, one in standing.items()} == {
        key: (one["revision"], tuple(one["articles"])) for key, one in stated.items()
    }
