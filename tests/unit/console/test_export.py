import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.console.addresses import topic_specs
from services.console.export.files import export
from services.console.export.names import FILES
from services.console.export.tally import Tally
from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.feeds import FeedState
from services.contracts.relations import Passage, Relation, RelationKind, Verdict
from services.contracts.stories import Story, StoryChange
from services.stream.bus import Output, Partition
from services.stream.dead_letters import to_output
from services.stream.memory import MemoryBus
from services.stream.service import DeadLetter
from tests.unit.console.followed import feed, state

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def article(name: str, minute: int, *, version: int = 1, language: str = "en") -> Article:
    return Article(
        article_id=name,
        version_id=f"{name}-{version}",
        url=f"https://news.example/{name}",
        source="news.example",
        feed="https://news.example/rss",
        title=f"About {name}",
        text=f"Text {version} of {name}.",
        language=language,
        first_seen_at=NOON + timedelta(minutes=minute),
    )


def verdict(of: Article, *relations: Relation, **more: Any) -> Verdict:
    return Verdict(
        article_id=of.article_id,
        version_id=of.version_id,
        url=of.url,
        source=of.source,
        language=of.language,
        first_seen_at=of.first_seen_at,
        **{"outcome": "story", "relations": relations, **more},
    )


def relation(to: Article, kind: RelationKind = "syndicated") -> Relation:
    return Relation(
        other_article_id=to.article_id,
        other_version_id=to.version_id,
        other_url=to.url,
        kind=kind,
        jaccard=0.8,
        containment=0.9,
        other_containment=0.85,
        fresh_containment=0.9,
        fresh_shared=40,
        reason="most of it is there",
        bands=9,
        samples=4,
        passages=(Passage(0, 4, 2, 6),),
    )


def story(name: str, minute: int, revision: int = 1, **more: Any) -> Story:
    return Story(
        story_id=name,
        revision=revision,
        headline=f"Story {name}",
        lead_url=f"https://news.example/{name}",
        articles=(f"https://news.example/{name}",),
        first_seen_at=NOON + timedelta(minutes=minute),
        last_seen_at=NOON,
        **more,
    )


def change(name: str, revision: int) -> StoryChange:
    return StoryChange(
        story_id=name,
        revision=revision,
        change="grew",
        at=NOON,
        article_id="a",
        article_url="https://news.example/a",
        story=story(name, 0, revision),
    )


def output(topic: str, partition: int, key: str, value: msgspec.Struct | None) -> Output:
    headers = () if value is None else wire.headers(value, id=key, source="test", time=NOON)
    return Output(
        Partition(topic, partition), key.encode(), None if value is None else wire.encode(value), headers
    )


async def exported(directory: Path, outputs: Sequence[Output]) -> Tally:
    bus = MemoryBus()
    await bus.start()
    await bus.create(topic_specs(forget=False))
    writer = await bus.writer("test", ["feeds"], 0)
    await writer.publish(outputs, consumed={})
    return await export(bus, directory)


def sizes(directory: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in directory.iterdir()}


def rows(directory: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / name).read_text(encoding="utf-8").splitlines()]


async def test_an_empty_log_gives_all_files_empty(tmp_path: Path) -> None:
    assert await exported(tmp_path, []) == Tally(dead={"ingest": {}, "dedup": {}, "enrich": {}})  # type: ignore[dict-item]
    assert sizes(tmp_path) == dict.fromkeys(FILES, 0)


async def test_articles_are_in_order_of_first_sight_whatever_partition_they_came_by(tmp_path: Path) -> None:
    late, early, twin = article("b", 5), article("c", 1, language="de"), article("a", 5, language="de")
    outputs = [
        output("articles", 1, "b", late),
        output("articles", 0, "c", early),
        output("articles", 0, "a", twin),
    ]
    await exported(tmp_path, outputs)
    assert [row["article_id"] for row in rows(tmp_path, "articles.jsonl")] == ["c", "a", "b"]


async def test_an_article_line_says_everything_even_where_the_wire_leaves_it_out(tmp_path: Path) -> None:
    await exported(tmp_path, [output("articles", 1, "a", article("a", 0))])
    (row,) = rows(tmp_path, "articles.jsonl")
    assert set(row) == {field.name for field in msgspec.structs.fields(Article)}
    assert row["agencies"] == []
    assert row["first_seen_at"] == "2026-03-01T12:00:00Z"


async def test_only_the_latest_version_of_an_article_is_written_and_all_are_counted(tmp_path: Path) -> None:
    first, second = article("a", 0), article("a", 9, version=2)
    other = article("b", 3)
    mark = Watermark(origin=0, origins=1, at=NOON)
    tally = await exported(
        tmp_path,
        [
            output("articles", 1, "a", first),
            output("articles", 1, "watermark", mark),
            output("articles", 1, "b", other),
            output("articles", 1, "a", second),
            output("relations", 1, "a", verdict(first, relation(other))),
            output("relations", 1, "b", verdict(other)),
            output("relations", 1, "a", verdict(second, outcome="screened", reason="stub", detail="9 words")),
        ],
    )
    assert [row["text"] for row in rows(tmp_path, "articles.jsonl")] == ["Text 1 of b.", "Text 2 of a."]
    assert rows(tmp_path, "relations.jsonl") == []
    (screened,) = rows(tmp_path, "screened.jsonl")
    assert (screened["url"], screened["reason"], screened["detail"]) == (second.url, "stub", "9 words")
    assert (tally.records, tally.versions, tally.articles) == (3, 3, 2)
    assert tally.decided == {"story": 2, "screened": 1}


async def test_a_relation_line_carries_both_addresses_the_numbers_and_the_passages(tmp_path: Path) -> None:
    older, newer = article("old", 0), article("new", 1)
    outputs = [
        output("articles", 1, "old", older),
        output("articles", 1, "new", newer),
        output("relations", 1, "new", verdict(newer, relation(older, kind="derivative"), story_id="s")),
    ]
    tally = await exported(tmp_path, outputs)
    (row,) = rows(tmp_path, "relations.jsonl")
    wanted = {
        "url": newer.url,
        "other_url": older.url,
        "kind": "derivative",
        "jaccard": 0.8,
        "containment": 0.9,
        "other_containment": 0.85,
        "passages": [{"start": 0, "end": 4, "other_start": 2, "other_end": 6}],
        "correction": False,
    }
    assert {name: row[name] for name in wanted} == wanted
    assert tally.relations == {"derivative": 1}


async def test_a_verdict_told_again_counts_once_and_the_last_word_stands(tmp_path: Path) -> None:
    older, newer = article("old", 0), article("new", 1)
    outputs = [
        output("articles", 1, "new", newer),
        output("relations", 1, "new", verdict(newer)),
        output("relations", 1, "new", verdict(newer, relation(older))),
    ]
    tally = await exported(tmp_path, outputs)
    assert len(rows(tmp_path, "relations.jsonl")) == 1
    assert tally.decided == {"story": 1}


async def test_stories_stand_as_compaction_would_leave_them(tmp_path: Path) -> None:
    outputs = [
        output("stories", 1, "x", story("x", 4)),
        output("stories", 1, "lost", story("lost", 1)),
        output("stories", 1, "x", story("x", 4, 2)),
        output("stories", 1, "lost", story("lost", 1, 2, merged_into="x")),
        output("stories", 1, "lost", None),
        output("stories", 0, "y", story("y", 2)),
    ]
    tally = await exported(tmp_path, outputs)
    found = [(row["story_id"], row["revision"]) for row in rows(tmp_path, "stories.jsonl")]
    assert found == [("y", 1), ("x", 2)]
    assert (tally.stories, tally.shared) == (2, 0)


async def test_changes_are_in_order_of_story_and_revision(tmp_path: Path) -> None:
    outputs = [
        output("story-changes", 1, name, change(name, revision))
        for name, revision in (("b", 2), ("a", 11), ("b", 1), ("a", 2))
    ]
    await exported(tmp_path, outputs)
    found = [(row["story_id"], row["revision"]) for row in rows(tmp_path, "story-changes.jsonl")]
    assert found == [("a", 2), ("a", 11), ("b", 1), ("b", 2)]


async def test_dead_letters_name_service_place_and_reason_in_order_of_their_lines(tmp_path: Path) -> None:
    outputs = [
        to_output(
            DeadLetter("not_json", "it is not JSON", None, b"\xff", (), f"old.jsonl:{line}"),
            "ingest",
            now=NOON,
        )
        for line in (10, 9)
    ]
    tally = await exported(tmp_path, outputs)
    assert [row["origin"] for row in rows(tmp_path, "dead-letters.jsonl")] == ["old.jsonl:9", "old.jsonl:10"]
    assert tally.dead_of("ingest") == 2


async def decided_only(bus: MemoryBus, directory: Path) -> tuple[asyncio.Task[Tally], asyncio.Event]:
    """Files under way of a log whose stories are still told, once those of articles are written; and what
    ends it.
    """
    decided, settled = asyncio.Event(), asyncio.Event()
    under_way = asyncio.create_task(export(bus, directory, settled, decided))
    await asyncio.sleep(0)
    decided.set()
    partial = directory / ".history.jsonl.partial"
    async with asyncio.timeout(20):
        while not (partial.exists() and partial.stat().st_size):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    return under_way, settled


@pytest.fixture
async def growing() -> MemoryBus:
    """A log with an article in two versions."""
    bus = MemoryBus()
    await bus.start()
    await bus.create(topic_specs(forget=False))
    writer = await bus.writer("test", ["feeds"], 0)
    versions = (article("a", minute, version=1 + minute) for minute in range(2))
    await writer.publish([output("articles", 1, "a", one) for one in versions], consumed={})
    return bus


async def test_what_is_decided_is_written_while_stories_are_still_told(
    growing: MemoryBus, tmp_path: Path
) -> None:
    under_way, settled = await decided_only(growing, tmp_path)
    assert not set(FILES) & set(sizes(tmp_path))
    writer = await growing.writer("later", ["clusters"], 0)
    await writer.publish([output("stories", 1, "s", story("s", 0))], consumed={})
    settled.set()
    tally = await under_way
    (whole := tmp_path / "whole").mkdir()
    assert tally == await export(growing, whole)
    assert (tally.articles, tally.versions, tally.stories) == (1, 2, 1)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (whole / name).read_bytes()


async def test_nothing_is_left_of_files_that_are_given_up(growing: MemoryBus, tmp_path: Path) -> None:
    under_way, _ = await decided_only(growing, tmp_path)
    under_way.cancel()
    await asyncio.wait((under_way,))
    assert under_way.cancelled()
    assert not sizes(tmp_path)


async def test_nothing_appears_when_the_directory_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        await exported(tmp_path / "absent", [output("articles", 1, "a", article("a", 0))])


async def test_each_feed_is_a_line_whose_fates_add_up_also_where_only_a_recording_knows_it(
    tmp_path: Path,
) -> None:
    followed, recorded = feed("https://b.example/rss"), state("https://a.example/rss", "article", "http_404")
    never = feed("https://c.example/rss")
    tally = await exported(
        tmp_path,
        [
            output("feeds", 0, followed.feed_id, followed),
            output("feeds", 0, never.feed_id, never),
            output("feed-state", 0, followed.feed_id, state(followed.url, "article")),
            output("feed-state", 0, recorded.feed_id, recorded),
            output("feed-state", 0, "file", FeedState(feed_id="file", position=7)),
            output("feed-state", 0, followed.feed_id, state(followed.url, "http_403", status="losing")),
        ],
    )
    told = rows(tmp_path, "feeds.jsonl")
    assert [(row["url"][8], row["status"], row["listed"]) for row in told] == [
        ("a", "fresh", 2),
        ("b", "losing", 1),
        ("c", "unpolled", 0),
    ]
    assert all(sum(row["fates"].values()) == row["listed"] for row in told)
    assert tally.feeds == {"fresh": 1, "losing": 1, "unpolled": 1}
    assert tally.entries == {"article": 1, "http_404": 1, "http_403": 1}
    assert (tally.complained, tally.complaints) == (
        1,
        ["https://b.example/rss is losing: of its entries 1 = 1 http_403"],
    )


def seen(name: str, minute: int, version: int, **more: Any) -> Article:
    return replace(article(name, minute, version=version), **more)


async def articles_of(directory: Path, *sightings: Article | Withdrawal) -> list[dict[str, Any]]:
    records = [output("articles", 1, one.article_id, one) for one in sightings]
    await exported(directory, records)
    return rows(directory, "articles.jsonl")


async def test_a_text_that_came_back_is_the_one_that_is_shown(tmp_path: Path) -> None:
    (row,) = await articles_of(tmp_path, seen("a", 1, 1), seen("a", 2, 2), seen("a", 3, 1))
    assert (row["version_id"], row["first_seen_at"]) == ("a-1", "2026-03-01T12:01:00Z")


@pytest.mark.parametrize("order", [1, -1])
async def test_of_two_feeds_that_list_an_article_the_one_that_had_it_first_is_named(
    tmp_path: Path, order: int
) -> None:
    both = [seen("a", 1, 1, feed="f1", source="one"), seen("a", 2, 1, feed="f2", source="two")]
    (row,) = await articles_of(tmp_path, *both[::order])
    assert (row["source"], row["feed"], row["first_seen_at"]) == ("one", "f1", "2026-03-01T12:01:00Z")


async def test_an_article_that_moved_is_shown_at_its_new_address(tmp_path: Path) -> None:
    (row,) = await articles_of(tmp_path, seen("a", 1, 1), seen("a", 2, 1, url="https://news.example/new"))
    assert row["url"] == "https://news.example/new"


async def test_what_was_withdrawn_and_is_not_shown_again_has_a_line(tmp_path: Path) -> None:
    def gone(name: str, minute: int) -> Withdrawal:
        one = article(name, 0)
        return Withdrawal(
            article_id=name,
            version_id=one.version_id,
            url=one.url,
            source=one.source,
            language="en",
            at=NOON + timedelta(minutes=minute),
            note="410",
        )

    tally = await exported(
        tmp_path,
        [
            output("articles", 1, one.article_id, one)
            for one in (
                seen("a", 1, 1),
                gone("a", 2),
                gone("a", 3),
                seen("b", 1, 1),
                gone("b", 2),
                seen("b", 3, 1),
            )
        ],
    )
    assert [(row["article_id"], row["at"]) for row in rows(tmp_path, "withdrawals.jsonl")] == [
        ("a", "2026-03-01T12:03:00Z")
    ]
    assert (tally.withdrawn, tally.articles, tally.records, tally.unreadable) == (1, 2, 3, 0)


async def test_all_that_was_seen_is_a_line_of_the_articles_or_of_their_history(tmp_path: Path) -> None:
    one = article("a", 0)
    gone = Withdrawal(
        article_id="a",
        version_id=one.version_id,
        url=one.url,
        source=one.source,
        language="en",
        at=NOON + timedelta(minutes=2),
    )
    sightings = (seen("a", 1, 1), gone, seen("a", 3, 2), seen("a", 4, 1), seen("a", 5, 2))
    shown = await articles_of(tmp_path, *sightings)
    assert [(row["version_id"], row["first_seen_at"][14:16]) for row in shown] == [("a-2", "03")]
    history = rows(tmp_path, "history.jsonl")
    assert [(row["version_id"], (row.get("at") or row["first_seen_at"])[14:16]) for row in history] == [
        ("a-1", "01"),
        ("a-1", "02"),
        ("a-1", "04"),
        ("a-2", "05"),
    ]
    assert rows(tmp_path, "withdrawals.jsonl") == []
