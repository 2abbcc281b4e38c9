"""Every metric of the catalogue is emitted by running services, or it is said here why not."""

import asyncio
import json
import os
import signal
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.ops.metrics import METRICS, PREFIX
from tests.end_to_end.recorder import page, rss
from tests.integration.ingest.site import Site, answer

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "tests" / "recordings" / "demo.warc.gz"
PATIENCE_S = 60.0
QUICK = {
    "NEWSFOLD_OPS__LISTEN": "127.0.0.1:0",
    "NEWSFOLD_DESK__LISTEN": "127.0.0.1:0",
    "NEWSFOLD_OPS__LOG_FORMAT": "json",
    "NEWSFOLD_INGEST__TICK_S": "0.2",
    "NEWSFOLD_INGEST__CANARY_EVERY_S": "1",
}
NOT_SEEN = {
    "unaccounted_records": ("anything but 0 is a bug", "unit/ops/test_observing.py"),
    "errors_total": ("nothing fails here", "unit/ops/test_observing.py"),
    "partition_halted": ("nothing fails here", "unit/ops/test_observing.py"),
    "poll_delay_seconds": ("a feed is due again after five minutes", "unit/ops/test_fetching.py"),
    "silent_key_feeds": ("no feed is a key feed", "unit/console/test_watch.py"),
    "extension_failures_total": ("nobody brings an extractor here", "unit/enrich/test_extractor.py"),
    "pushes_total": ("no hub may push", "unit/ops/test_fetching.py"),
    "desk_answers_total": ("nobody looks", "unit/console/test_desk_gauges.py"),
    "desk_answer_seconds": ("nobody looks", "unit/console/test_desk_gauges.py"),
    "desk_streams": ("nobody looks", "unit/console/test_desk_gauges.py"),
    "state_image_seconds": ("none is written in so short a time", "unit/ops/test_observing.py"),
    "standby_partitions": ("nobody is to stand by", "unit/ops/test_observing.py"),
    "late_records_total": ("nobody is late", "integration/dedup/test_noted.py"),
    "dedup_spread": ("dedup is one process", "integration/test_live_spread.py"),
    "candidates_left_out_total": ("nothing has so many copies", "integration/dedup/test_copies.py"),
}
"""Rows that stay at 0 in these runs, why, and the test that moves them."""
FLEETING = {
    "partition_lag_records": "unit/console/test_lag.py",
    "partition_lag_seconds": "unit/console/test_lag.py",
    "queue_depth": "unit/console/test_watch.py",
    "held_records": "unit/ops/test_observing.py",
    "reorder_buffer_records": "integration/dedup/test_noted.py",
    "state_restore_started_timestamp_seconds": "unit/ops/test_observing.py",
}
"""Rows that are above 0 for moments only, which a scrape may miss, and the test that catches them."""
HEADS = tuple(row.name for row in METRICS)
TEXT = "\n".join(f"Der {n}. Pfeiler der Brücke von Neuenhafen wird im März gegründet." for n in range(9))

Seen = dict[str, float]


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[str]:
    """`newsfold run all …` until the block ends; the address of its metrics."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "run", "all", *words),
        cwd=ROOT,
        env=os.environ | QUICK,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = {"event": ""}
        while line["event"] != "ops.started":
            line = json.loads(await process.stdout.readline())
        drain = asyncio.create_task(process.stdout.read())
        yield f"http://127.0.0.1:{line['port']}/metrics"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            await drain
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def scraped(address: str) -> Seen:
    """The largest sample of each row."""
    with urllib.request.urlopen(address, timeout=5) as reply:
        families = list(text_string_to_metric_families(reply.read().decode()))
    largest = {}
    for family in families:
        if family.name.startswith(PREFIX):
            name = family.name.removeprefix(PREFIX)
            row = name if name in HEADS else f"{name}_total"
            counts = [one.value for one in family.samples if not one.name.endswith(("_bucket", "_sum"))]
            largest[row] = max(counts, default=0.0)
    return largest


async def scraped_when(address: str, enough: Callable[[Seen], bool], into: Seen) -> None:
    """Scrape again and again, keeping the largest values, until they are enough."""
    ends = time.monotonic() + PATIENCE_S
    while True:
        now = await asyncio.to_thread(scraped, address)
        for row, value in now.items():
            into[row] = max(value, into.get(row, 0.0))
        if enough(now):
            return
        assert time.monotonic() < ends, {row for row, value in into.items() if not value}
        await asyncio.sleep(0.05)


def above(rows: tuple[str, ...], now: Seen) -> bool:
    return all(now.get(row) for row in rows)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The largest value of each row in all of these runs."""
    place, seen = tmp_path_factory.mktemp("metrics"), Seen()
    asyncio.run(play(place, seen))
    asyncio.run(follow(place, seen))
    return seen


async def play(place: Path, seen: Seen) -> None:
    """A recording and an archive with a line that is none, and a restart after them."""
    broken = place / "broken.jsonl"
    broken.write_text("this is no article\n", encoding="utf-8")
    words = ("--recording", str(DEMO), "--recording", str(broken), "--bus", f"sqlite:{place / 'played.db'}")
    rounds = (
        ("story_changes_total", "relations_total", "screened_total", "stories_open", "disk_size_bytes"),
        ("state_restores_total", "state_restored_records_total", "state_restore_seconds", "ready"),
    )
    for done in rounds:
        async with running(*words) as address:
            await scraped_when(address, partial(above, done), seen)


async def follow(place: Path, seen: Seen) -> None:
    """A feed with a page, one that is broken, and the canary."""
    async with Site() as site:
        site.routes = {"/a": answer(page("Pfeiler", TEXT))}
        site.routes["/feed"] = answer(rss("Talbote", [site.url("/a")]), content_type="application/rss+xml")
        feeds = place / "feeds.opml"
        outlines = "".join(f'<outline xmlUrl="{site.url(path)}"/>' for path in ("/feed", "/none"))
        feeds.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
        words = ("--feeds", str(feeds), "--bus", f"sqlite:{place / 'live.db'}", "--allow-net", "127.0.0.0/8")
        figures = ("fetches_total", "story_age_seconds", "feeds", "listed_entries")
        done = (*figures, "canary_last_success_timestamp_seconds")
        async with running(*words) as address:
            await scraped_when(address, partial(above, done), seen)


@pytest.mark.parametrize("row", [row.name for row in METRICS])
def test_a_metric_is_emitted_or_it_is_said_why_not(row: str, seen: Seen) -> None:
    assert row in seen
    if row in NOT_SEEN:
        assert seen[row] == 0, "it is emitted: take it off the list"
    elif row not in FLEETING:
        assert seen[row] > 0


@pytest.mark.parametrize(
    ("row", "test"), [*((row, test) for row, (_, test) in NOT_SEEN.items()), *FLEETING.items()]
)
def test_what_is_not_seen_here_is_moved_by_the_test_that_is_named(row: str, test: str) -> None:
    text = (ROOT / "tests" / test).read_text(encoding="utf-8")
    assert row in text
