"""`newsfold doctor --account` finds nothing where nothing is lost, and names what is where it is."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.contracts.stories import Story, StoryChange
from services.stream.batches import StoredRecord, pack, unpack
from services.stream.bus import Record
from services.stream.sqlite import SqliteBus
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import Ran, Replay, newsfold, replayed


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    place = tmp_path_factory.mktemp("week")
    return replayed(write_archive(place / "week.jsonl", 150), place)


@pytest.fixture(params=["week", "bad_day", "demo"])
def sound(request: pytest.FixtureRequest) -> Replay:
    done: Replay = request.getfixturevalue(request.param)
    return done


@pytest.fixture
def log(week: Replay, tmp_path: Path) -> Path:
    """A copy to take something out of."""
    return Path(shutil.copy(week.log, tmp_path / "log.db"))


def account(log: Path) -> tuple[Ran, dict[str, Any]]:
    ran = newsfold("doctor", "--account", "--json", "--bus", f"sqlite:{log}")
    return ran, json.loads(ran.out)


def records(log: Path, topic: str, kind: type[Any]) -> list[Record]:
    async def found() -> list[Record]:
        bus = SqliteBus(log)
        await bus.start()
        try:
            return [record async for record in scan(bus, topic) if is_a(record, kind)]
        finally:
            await bus.close()

    return asyncio.run(found())


def withhold(log: Path, *gone: Record) -> None:
    """As if they had never been written: the offsets of the others stay."""
    for record in gone:
        rewrite(log, record, None)


def rewrite(log: Path, record: Record, value: bytes | None) -> None:
    """As if another value, or with None nothing, had been written in its place."""
    with closing(sqlite3.connect(log, isolation_level=None)) as database:
        place = database.execute(
            "SELECT partition, last_offset, records FROM batches JOIN partitions ON id = partition"
            " WHERE topic = ? AND number = ? AND last_offset >= ? ORDER BY last_offset LIMIT 1",
            (*record.partition, record.offset),
        )
        partition, last, packed = place.fetchone()
        database.execute("DELETE FROM batches WHERE partition = ? AND last_offset = ?", (partition, last))
        for batch in pack(_changed(unpack(packed), record.offset, value)):
            row = (partition, batch.last_offset, batch.oldest_us, batch.records)
            database.execute("INSERT INTO batches VALUES (?, ?, ?, ?)", row)


def _changed(stored: Sequence[StoredRecord], offset: int, value: bytes | None) -> Iterator[StoredRecord]:
    for one in stored:
        if one.offset != offset:
            yield one
        elif value is not None:
            yield structs.replace(one, value=value)


def loners(log: Path) -> Iterator[tuple[Record, Story]]:
    """The last record of each story of one article and one revision."""
    latest = {record.key: record for record in records(log, "stories", Story)}
    for record in latest.values():
        story = wire.decode(Story, record.value or b"")
        if len(story.members) == 1 and story.revision == 1:
            yield record, story


def test_nothing_is_missing_after_a_replay(sound: Replay) -> None:
    ran, told = account(sound.log)
    assert ran.code == 0, ran.err
    assert told["clean"] is True
    assert told["missing"] == told["inconsistent"] == []
    assert told["articles"] == sum(told["endings"].values()) == len(records(sound.log, "articles", Article))
    assert told["endings"]["story"] > 0
    assert sum(told["screened"].values()) == told["endings"]["screened"]


def test_the_lines_for_people_add_up_too(week: Replay) -> None:
    ran = newsfold("doctor", "--account", "--bus", f"sqlite:{week.log}")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line[:5] for line in lines] == ["ok   "] * 4
    assert lines[0].startswith("ok     articles/0: ")
    assert " in stories + " in lines[0]


def test_a_story_that_was_never_written_is_missed_with_its_article(log: Path) -> None:
    record, story = next(loners(log))
    withhold(log, record)
    ran, told = account(log)
    assert ran.code == 1
    assert ran.told[0].startswith("newsfold: missing articles: 1, inconsistent stories: 1; ")
    (missing,) = told["missing"]
    assert missing["article_id"] == story.members[0].article_id
    assert (missing["topic"], missing["partition"]) == ("articles", record.partition.number)
    assert "which enrich has read; no story has it" in missing["why"]
    (disagreement,) = told["inconsistent"]
    assert disagreement["story_id"] == story.story_id
    assert disagreement["why"] == "enrich has read revision 1, and stories has none"


def test_a_member_that_a_story_lost_is_named(log: Path) -> None:
    latest = {record.key: record for record in records(log, "stories", Story)}
    record, story = next(
        (record, story)
        for record in latest.values()
        if len((story := wire.decode(Story, record.value or b"")).members) > 2
    )
    lost = story.members[1]
    shorter = [member for member in story.members if member is not lost]
    rewrite(log, record, wire.encode(structs.replace(story, members=tuple(shorter))))
    ran, told = account(log)
    assert ran.code == 1
    (missing,) = told["missing"]
    assert missing["article_id"] == lost.article_id
    assert missing["url"] == lost.url
    assert told["inconsistent"] == []


def test_an_article_without_a_verdict_is_named_with_its_place(log: Path) -> None:
    verdict = records(log, "relations", Verdict)[3]
    decided = wire.decode(Verdict, verdict.value or b"")
    withhold(log, verdict)
    ran, told = account(log)
    assert ran.code == 1
    (missing,) = [one for one in told["missing"] if one["version_id"] == decided.version_id]
    (place,) = [
        record.offset
        for record in records(log, "articles", Article)
        if record.partition.number == verdict.partition.number
        and wire.decode(Article, record.value or b"").version_id == decided.version_id
    ]
    assert missing["offset"] == place
    assert missing["why"].startswith("no verdict, though dedup has come to offset ")


def test_a_change_left_out_of_the_log_of_changes_is_named(log: Path) -> None:
    change = next(
        record
        for record in records(log, "story-changes", StoryChange)
        if wire.decode(StoryChange, record.value or b"").change == "grew"
    )
    withhold(log, change)
    ran, told = account(log)
    assert ran.code == 1
    assert told["missing"] == []
    assert {one["topic"] for one in told["inconsistent"]} <= {"stories", "story-changes"}
    assert (change.key or b"").decode() in {one["story_id"] for one in told["inconsistent"]}


def test_what_is_named_is_bounded_and_what_is_counted_is_not(log: Path) -> None:
    gone = records(log, "relations", Verdict)[:60]
    withhold(log, *gone)
    _, told = account(log)
    assert told["missing_count"] >= 60
    ran = newsfold("doctor", "--account", "--bus", f"sqlite:{log}")
    named = [line for line in ran.out.splitlines() if line.startswith("       missing: ")]
    assert len(named) == 20
    assert f"       … and {told['missing_count'] - 20} more" in ran.out.splitlines()


def test_a_log_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert newsfold("doctor", "--account", "--bus", f"sqlite:{tmp_path / 'none.db'}").code == 2
