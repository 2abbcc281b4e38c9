"""A canary flies through a running installation, and nobody who reads stories ever sees it."""

import asyncio
import json
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.contracts.topics import SHARD_COUNT, TOPICS
from services.ingest.canary import SOURCE, TITLE
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import newsfold
from tests.end_to_end.output import digests
from tests.integration.test_live_run import started, tail

GAUGE = "newsfold_canary_last_success_timestamp_seconds"
PUBLIC = [topic.name for topic in TOPICS if "newsrooms" in topic.readers]
TRACE = (SOURCE, TITLE)


def scraped(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return {
        sample.name + "".join(f",{value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def line(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    assert process.stdout
    async for raw in process.stdout:
        told: dict[str, Any] = json.loads(raw)
        if told["event"] == event:
            return told
    raise AssertionError(f"{event} was never logged")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary")


@pytest.fixture(scope="module")
def flown(place: Path) -> tuple[dict[str, float], float, list[dict[str, Any]], str]:
    """Metrics after the canaries of all shards came through, since when, their log lines, and the bus."""

    async def fly() -> tuple[dict[str, float], float, list[dict[str, Any]], str]:
        bus, began = f"sqlite:{place / 'log.db'}", time.time()
        settings = {"NEWSFOLD_INGEST__CANARY_EVERY_S": "0.3", "NEWSFOLD_INGEST__TICK_S": "0.2"}
        process = await started("run", "all", "--bus", bus, **settings)
        async with asyncio.timeout(60):
            port = (await line(process, "ops.started"))["port"]
            arrived: dict[int, dict[str, Any]] = {}
            while len(arrived) < SHARD_COUNT:
                told = await line(process, "canary.arrived")
                arrived[told["partition"]] = told
            while (metrics := await asyncio.to_thread(scraped, port))[GAUGE] < began + 0.5:
                await line(process, "canary.arrived")
            process.send_signal(signal.SIGTERM)
            await process.communicate()
        assert process.returncode == 0
        return metrics, began, list(arrived.values()), bus

    return asyncio.run(fly())


Flown = tuple[dict[str, float], float, list[dict[str, Any]], str]


def test_its_way_to_its_story_is_measured_in_every_shard(flown: Flown) -> None:
    metrics, began, arrived, bus = flown
    assert began < metrics[GAUGE] <= time.time()
    assert {told["partition"] for told in arrived} == set(range(SHARD_COUNT))
    assert all(0 <= told["duration_ms"] < 30_000 for told in arrived)
    stories = tail(bus, "canary")
    assert {row["partition"] for row in stories} == set(range(SHARD_COUNT))
    assert all(row["value"]["sources"] == [SOURCE] for row in stories)


def test_every_stage_accounts_for_it(flown: Flown) -> None:
    metrics, *_ = flown
    for service in ("ingest", "dedup", "enrich"):
        assert metrics[f"newsfold_outcomes_total,canary,{service}"] > 0
        assert metrics[f"newsfold_unaccounted_records,{service}"] == 0


def test_it_is_no_article_whose_age_counts(flown: Flown) -> None:
    metrics, *_ = flown
    assert metrics["newsfold_story_age_seconds_count,live"] == 0


@pytest.mark.parametrize("topic", [name for name in PUBLIC if name != "articles"])
def test_newsrooms_never_see_it(flown: Flown, topic: str) -> None:
    *_, bus = flown
    assert tail(bus, topic) == []


def test_among_the_articles_it_has_a_type_of_its_own(flown: Flown) -> None:
    *_, bus = flown
    assert {row["type"] for row in tail(bus, "articles")} == {"Watermark", "CanaryArticle"}


def test_it_is_in_no_export_and_in_no_account(flown: Flown, tmp_path: Path) -> None:
    *_, bus = flown
    out = tmp_path / "out"
    assert newsfold("export", "--bus", bus, "--out", out).code == 0
    written = b"".join(path.read_bytes() for path in out.iterdir())
    assert not any(trace.encode() in written for trace in TRACE)
    told = json.loads(newsfold("doctor", "--account", "--json", "--bus", bus).out)
    assert (told["clean"], told["articles"], told["stories"]) == (True, 0, 0)


def test_a_replay_knows_no_canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_archive(tmp_path / "week.jsonl", 20)
    newsfold("replay", source, "--out", tmp_path / "without", "--bus", f"sqlite:{tmp_path / 'a.db'}")
    monkeypatch.setenv("NEWSFOLD_INGEST__CANARY_EVERY_S", "0.001")
    newsfold("replay", source, "--out", tmp_path / "with", "--bus", f"sqlite:{tmp_path / 'b.db'}")
    assert digests(tmp_path / "with") == digests(tmp_path / "without")
    assert tail(f"sqlite:{tmp_path / 'b.db'}", "canary") == []


def test_one_round_knows_no_canary(tmp_path: Path) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"

    async def once() -> int | None:
        process = await started("run", "all", "--once", "--bus", bus, NEWSFOLD_INGEST__CANARY_EVERY_S="0.001")
        async with asyncio.timeout(60):
            await process.communicate()
        return process.returncode

    assert asyncio.run(once()) == 0
    assert {row["type"] for row in tail(bus, "articles")} <= {"Watermark"}
