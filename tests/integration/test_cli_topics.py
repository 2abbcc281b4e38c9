import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.contracts.topics import BY_NAME, TOPICS, WITH_SPREAD
from services.stream.bus import TopicSpec
from services.stream.sqlite import SqliteBus


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, ["topics", *(str(word) for word in words)])


def test_the_plan_is_a_table_and_lines_for_the_acl_tool() -> None:
    lines = newsfold("plan", "--bus", "kafka:broker:9092").output.splitlines()
    for topic in TOPICS:
        (row,) = [line for line in lines if f" newsfold.{topic.name} " in line and "│" in line]
        assert topic.writer in row
        assert ("37 days" in row) is (topic.retention_s is not None)
    acls = [line for line in lines if line.startswith("kafka-acls.sh --bootstrap-server=broker:9092 ")]
    assert len(acls) > 15
    assert newsfold("plan", "--bus", "kafka:broker:9092", "--acls").output.splitlines()[2:] == acls
    assert all(line.startswith("#") for line in newsfold("plan", "--acls").output.splitlines()[:2])


def test_the_plan_as_json_has_topics_acls_and_lines() -> None:
    options = ("--prefix", "staging.", "--replication", 2, "--min-insync", 1)
    plan = json.loads(newsfold("plan", "--json", *options).output)
    assert set(plan) == {"topics", "acls", "commands", "note"}
    assert [topic["topic"] for topic in plan["topics"]] == [f"staging.{topic.name}" for topic in TOPICS]
    articles = next(topic for topic in plan["topics"] if topic["topic"] == "staging.articles")
    assert (articles["partitions"], articles["replicas"]) == (BY_NAME["articles"].partitions, 2)
    assert articles["settings"]["min.insync.replicas"] == "1"
    assert articles["settings"]["retention.ms"] == str(37 * 86_400 * 1000)
    assert {acl["resource"] for acl in plan["acls"]} == {"topic", "group", "transactional-id"}


def test_an_embedded_log_is_made_once_and_then_found_right(tmp_path: Path) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    first = newsfold("apply", "--bus", bus)
    assert first.exit_code == 0
    assert first.output.count("created ") == len(TOPICS)
    again = newsfold("apply", "--bus", bus)
    assert again.output.count("ok ") == len(TOPICS)
    check = newsfold("check", "--bus", bus)
    assert check.exit_code == 0
    assert "not seen cleanup and retention" in check.output


def test_the_topics_of_a_spread_dedup_are_planned_and_made_where_they_are_asked_for(tmp_path: Path) -> None:
    plan = json.loads(newsfold("plan", "--json", "--spread").output)
    assert [topic["topic"] for topic in plan["topics"]] == [f"newsfold.{topic.name}" for topic in WITH_SPREAD]
    keys = next(topic for topic in plan["topics"] if topic["topic"] == "newsfold.keys")
    assert (keys["writer"], keys["also"]) == ("sign", ["plan", "pair"])
    bus = f"sqlite:{tmp_path / 'log.db'}"
    newsfold("apply", "--bus", bus)
    assert newsfold("check", "--bus", bus).exit_code == 0
    missing = newsfold("check", "--bus", bus, "--spread")
    assert (missing.exit_code, missing.output.count("MISSING ")) == (1, len(WITH_SPREAD) - len(TOPICS))
    made = newsfold("apply", "--bus", bus, "--spread")
    assert (made.exit_code, made.output.count("created ")) == (0, len(WITH_SPREAD) - len(TOPICS))


async def _make(path: Path, *topics: TopicSpec) -> None:
    log = SqliteBus(path)
    await log.start()
    await log.create(topics)
    await log.close()


def test_what_is_missing_or_differs_fails_the_check_and_is_not_changed(tmp_path: Path) -> None:
    asyncio.run(_make(tmp_path / "log.db", TopicSpec(name="articles", partitions=2)))
    check = newsfold("check", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert check.exit_code == 1
    assert "DIFFERS  articles\n         → has 2 partitions, not 4" in check.output
    assert "MISSING  stories" in check.output
    applied = newsfold("apply", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert applied.exit_code == 1
    assert "created  stories" in applied.output
    assert "DIFFERS  articles" in applied.output


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["check", "--bus", "memory"], "memory"),
        (["apply", "--bus", "memory"], "memory"),
        (["check", "--bus", "sqlite:absent.db"], "there is no log"),
        (
            ["apply", "--bus", "sqlite:absent.db", "--replication", "3"],
            "--replication and --min-insync are for",
        ),
        (["plan", "--prefix", "news/fold"], "--prefix 'news/fold'"),
        (["plan", "--replication", "2", "--min-insync", "3"], "nothing could ever be written"),
        (["plan", "--bus", "rabbit:1"], "known forms"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_opened(words: list[str], part: str) -> None:
    result = newsfold(*words)
    assert result.exit_code == 2
    assert part in result.stderr
    assert not Path("absent.db").exists()
