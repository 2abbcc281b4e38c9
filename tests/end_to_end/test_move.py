"""A log that has forgotten its beginning is moved halfway: the rest comes out as it would have."""

import asyncio
import sqlite3
from pathlib import Path

from services.console.addresses import topic_specs
from services.console.log import references
from services.console.replay.recordings import open_recordings
from services.console.run.pipeline import Pipeline, Stage
from services.contracts import wire
from services.contracts.sketches import ShardClock
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.ops.registry import Metrics
from services.stream.bus import Bus, Partition, Record
from services.stream.clock import SystemClock
from services.stream.moving import MovePlan, move
from services.stream.patience import Patience
from services.stream.settings import RunSettings
from services.stream.sqlite import SqliteBus
from tests.conformance.acts import read_all
from tests.end_to_end.archive import write_archive

ARTICLES = 240
SMALL = RunSettings(batch_records=20, feeder_items=20, fetch_records=40)
TOLD = ("relations", "story-changes", "events", "storylines", "stories")


async def play(source: Path, bus: Bus, *, share: float = 1.0) -> None:
    """Play a recording, or its beginning."""
    stop = asyncio.Event()
    async with open_recordings([source]) as replayed:
        stages = [Stage(replayed.service), Stage(DedupService()), Stage(EnrichService())]
        pipeline = Pipeline(bus, stages, SMALL, Metrics())
        async with pipeline.running(stop) as running:
            if share == 1.0:
                assert await pipeline.settled(running)
            while replayed.progress[0] < share * ARTICLES:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.001)


async def opened_log(path: Path) -> SqliteBus:
    bus = SqliteBus(path, durable=False)
    await bus.start()
    await bus.create(topic_specs(forget=False))
    return bus


async def faces(bus: Bus, topic: str) -> list[tuple[int, bytes | None, bytes | None]]:
    found: list[Record] = []
    for number in range(await bus.partitions(topic)):
        found += await read_all(bus, Partition(topic, number))
    return [(one.partition.number, one.key, one.value) for one in found]


async def forget(bus: SqliteBus, log: Path) -> None:
    """As retention does: drop the articles that dedup is done with."""
    done = await bus.committed("newsfold-dedup", ["articles"])
    with sqlite3.connect(log) as db:
        for partition, offset in done.items():
            db.execute(
                "DELETE FROM batches WHERE last_offset < ? AND partition ="
                " (SELECT id FROM partitions WHERE topic = ? AND number = ?)",
                (offset, partition.topic, partition.number),
            )
    db.close()


async def unread(bus: Bus, number: int, start: int) -> list[bytes | None]:
    return [one.value for one in await bus.read(Partition("articles", number), start, max_records=9999)]


async def clocks(bus: Bus, number: int) -> list[ShardClock]:
    found = await read_all(bus, Partition("dedup-state", number))
    return [wire.decode(ShardClock, one.value or b"") for one in found if one.key == b"clock"]


async def test_moved_halfway_without_its_beginning_the_rest_is_as_in_an_undisturbed_run(
    tmp_path: Path,
) -> None:
    source = write_archive(tmp_path / "news.jsonl", ARTICLES)
    calm = await opened_log(tmp_path / "calm.db")
    await play(source, calm)
    here, there = await opened_log(tmp_path / "here.db"), await opened_log(tmp_path / "there.db")
    await play(source, here, share=0.5)
    await forget(here, tmp_path / "here.db")
    before = await here.committed("newsfold-dedup", ["articles"])
    plan = MovePlan(
        to="there",
        referring=references.REFERRING,
        rewrite=references.rewrite,
        patience=Patience(),
        progress=lambda *_: None,
    )
    assert await move(here, there, plan, clock=SystemClock()) is not None
    after = await there.committed("newsfold-dedup", ["articles"])
    assert any(after[at] < before[at] for at in before), "offsets are the same, so nothing is tried"
    for number in range(await there.partitions("articles")):
        for old, new in zip(await clocks(here, number), await clocks(there, number), strict=True):
            assert await unread(there, number, new.taken) == await unread(here, number, old.taken)
    await play(source, there)
    for topic in TOLD:
        assert await faces(there, topic) == await faces(calm, topic), topic
    for bus in (calm, here, there):
        await bus.close()
