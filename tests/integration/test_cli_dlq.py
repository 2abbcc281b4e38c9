import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.console.addresses import topic_specs
from services.contracts.topics import WITH_SPREAD
from services.dedup.settings import DedupSettings
from services.dedup.spread.stages import stage
from services.enrich.service import EnrichService
from services.stream.bus import Output, Partition, Record
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.sqlite import SqliteBus
from tests.unit.console import archives

CLUSTERS = Partition("clusters", 1)
POISON = [
    Output(CLUSTERS, b"a", b"{broken", (("ce_type", b"newsfold.Cluster.v1"), ("trace", b"\xff\x01"))),
    Output(CLUSTERS, b"b", b"\x00\x01\x02", ()),
    Output(CLUSTERS, b"c", b"[]", ()),
]


def newsfold(*words: object) -> Result:
    return CliRunner().invoke(main, ["dlq", *(str(word) for word in words)])


def lines(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


async def enrich(path: Path, news: Sequence[Output] = ()) -> None:
    """Publish to `clusters`, and let enrich take all there is."""
    bus = SqliteBus(path)
    await bus.start()
    await bus.create(topic_specs(forget=True))
    writer = await bus.writer("test", ["clusters"], 0)
    await writer.publish(news, consumed={})
    async with RunnerGroup([Runner(EnrichService(), bus)]) as running:
        await running.wait_until_settled()
    await bus.close()


def records(path: Path, partition: Partition) -> list[Record]:
    async def read() -> list[Record]:
        bus = SqliteBus(path)
        await bus.start()
        try:
            return list(await bus.read(partition, 0, max_records=1000))
        finally:
            await bus.close()

    return asyncio.run(read())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log on which enrich found three records it could not use."""
    path = tmp_path / "log.db"
    asyncio.run(enrich(path, POISON))
    return path


def test_a_pipe_gets_one_json_object_a_dead_letter(log: Path) -> None:
    letters = lines(newsfold("list", "--bus", f"sqlite:{log}"))
    assert [(one["service"], one["offset"], one["origin"]) for one in letters] == [
        ("enrich", 0, "clusters/1/0"),
        ("enrich", 1, "clusters/1/1"),
        ("enrich", 2, "clusters/1/2"),
    ]
    assert {one["reason"] for one in letters} == {"undecodable"}
    assert (letters[0]["key"], letters[0]["size"], letters[0]["replayable"]) == ("a", 7, True)
    assert lines(newsfold("list", "--bus", f"sqlite:{log}", "--service", "dedup")) == []
    assert lines(newsfold("list", "--bus", f"sqlite:{log}", "--reason", "late")) == []


def test_one_letter_is_shown_with_its_headers_and_its_value(log: Path) -> None:
    shown = newsfold("show", 0, "--service", "enrich", "--bus", f"sqlite:{log}").output
    for part in ("reason   undecodable", "origin   clusters/1/0", "ce_type: newsfold.Cluster.v1", "{broken"):
        assert part in shown
    assert "dl_reason" not in shown
    dump = newsfold("show", 1, "--service", "enrich", "--bus", f"sqlite:{log}").output
    assert "00000000  00 01 02" in dump
    raw = newsfold("show", 1, "--service", "enrich", "--bus", f"sqlite:{log}", "--raw")
    assert raw.stdout_bytes == b"\x00\x01\x02"


def test_replayed_they_are_back_where_they_came_from_once(log: Path) -> None:
    words = ("replay", 2, 0, "--service", "enrich", "--bus", f"sqlite:{log}")
    done = newsfold(*words)
    assert done.exit_code == 0, done.output
    assert "replayed enrich 0: to clusters/1" in done.stdout
    assert "2 replayed, 0 were before, 0 cannot be" in done.stderr
    again = newsfold(*words)
    assert "known    enrich 0: is at clusters/1/3 already" in again.stdout
    back = records(log, CLUSTERS)[3:]
    assert [(one.key, one.value) for one in back] == [(b"a", b"{broken"), (b"c", b"[]")]
    assert back[0].headers == (*POISON[0].headers, ("dl_replay", b"dead-letters.enrich/0/0"))
    assert len(records(log, Partition("dead-letters.enrich", 0))) == 3


def test_what_dies_again_is_a_new_letter_and_the_old_one_is_not_sent_twice(log: Path) -> None:
    newsfold("replay", "--all", "--bus", f"sqlite:{log}")
    asyncio.run(enrich(log))
    letters = lines(newsfold("list", "--bus", f"sqlite:{log}"))
    assert [one["origin"] for one in letters[3:]] == ["clusters/1/3", "clusters/1/4", "clusters/1/5"]
    again = newsfold("replay", "--all", "--bus", f"sqlite:{log}")
    assert "3 replayed, 3 were before, 0 cannot be" in again.stderr


def test_of_letters_that_are_named_all_are_sent_or_none(log: Path) -> None:
    missing = newsfold("replay", 0, 17, "--service", "enrich", "--bus", f"sqlite:{log}")
    assert missing.exit_code == 1
    assert "no dead letter at 17" in missing.stderr
    asyncio.run(enrich(log, [Output(CLUSTERS, b"a", b"{newer", ())]))
    superseded = newsfold("replay", 0, 1, "--service", "enrich", "--bus", f"sqlite:{log}")
    assert superseded.exit_code == 1
    assert "refused  enrich 0: has a later record of its key, clusters/1/3" in superseded.stdout
    assert len(records(log, CLUSTERS)) == 4


def test_a_letter_from_a_file_cannot_go_back_and_says_so(tmp_path: Path) -> None:
    archive = archives.write(tmp_path / "week.jsonl", archives.rows(2))
    archive.write_bytes(archive.read_bytes() + b"{broken\n")
    bus = f"sqlite:{tmp_path / 'log.db'}"
    assert CliRunner().invoke(main, ["replay", str(archive), "--bus", bus]).exit_code == 0
    (letter,) = lines(newsfold("list", "--bus", bus))
    assert (letter["origin"], letter["replayable"]) == ("week.jsonl line 3", False)
    refused = newsfold("replay", 0, "--service", "ingest", "--bus", bus)
    assert refused.exit_code == 1
    assert "came from week.jsonl line 3, which is no topic" in refused.stdout
    everything = newsfold("replay", "--all", "--bus", bus)
    assert everything.exit_code == 0
    assert "0 replayed, 0 were before, 1 cannot be" in everything.stderr


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["show", "0"], "--service is missing"),
        (["replay", "0"], "--service is missing"),
        (["replay"], "--all"),
        (["replay", "0", "--all", "--service", "dedup"], "one of the two"),
        (["replay", "0", "--reason", "x", "--service", "dedup"], "--reason chooses among --all"),
        (["list", "--service", "desk"], "desk"),
    ],
)
def test_what_is_not_clear_is_refused(log: Path, words: list[str], part: str) -> None:
    result = newsfold(*words, "--bus", f"sqlite:{log}")
    assert result.exit_code == 2
    assert part in result.stderr


def test_a_log_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = newsfold("list", "--bus", f"sqlite:{tmp_path / 'log.db'}")
    assert result.exit_code == 2
    assert not (tmp_path / "log.db").exists()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["list", "--service", "sign"], 0, ""),
        (["show", "0", "--service", "sign"], 1, "sign has no dead letter at 0"),
        (["replay", "0", "--service", "sign"], 1, "sign has no dead letter at 0"),
        (["replay", "--all", "--service", "sign"], 0, "0 replayed"),
    ],
)
def test_a_role_that_never_ran_has_no_dead_letters(log: Path, words: list[str], code: int, told: str) -> None:
    result = newsfold(*words, "--bus", f"sqlite:{log}")
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


async def _sign(path: Path) -> None:
    """Let sign take a span that is none."""
    bus = SqliteBus(path)
    await bus.start()
    await bus.create(topic_specs(forget=True, topics=WITH_SPREAD))
    writer = await bus.writer("test", ["spans"], 9)
    await writer.publish([Output(Partition("spans", 9), b"span:0", b"{broken")], consumed={})
    async with RunnerGroup([Runner(stage("sign", DedupSettings()), bus)]) as running:
        await running.wait_until_settled()
    await bus.close()


def test_dead_letters_of_a_role_are_listed_shown_and_sent_again_like_others(log: Path) -> None:
    asyncio.run(_sign(log))
    bus = f"sqlite:{log}"
    (letter,) = lines(newsfold("list", "--service", "sign", "--bus", bus))
    assert (letter["origin"], letter["replayable"]) == ("spans/9/0", True)
    # In the direction of the flow.
    services = [one["service"] for one in lines(newsfold("list", "--bus", bus))]
    assert services == ["sign", "enrich", "enrich", "enrich"]
    assert "origin   spans/9/0" in newsfold("show", 0, "--service", "sign", "--bus", bus).output
    again = newsfold("replay", 0, "--service", "sign", "--bus", bus)
    assert "replayed sign 0: to spans/9" in again.stdout
    assert [one.value for one in records(log, Partition("spans", 9))] == [b"{broken"] * 2
