"""A log moved to a real broker halfway through a recording: services go on there as if nothing had been."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.console.addresses import topic_specs
from services.console.replay.recordings import open_recordings
from services.console.run.pipeline import Pipeline, Stage
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.ops.registry import Metrics
from services.stream.bus import Record
from services.stream.settings import RunSettings
from services.stream.sqlite import SqliteBus
from tests.end_to_end.archive import write_archive
from tests.end_to_end.output import digests
from tests.kafka import session
from tests.kafka.conftest import Name
from tests.kafka.crew import Crew, contents, latest
from tests.kafka.outcome import calm as calmly
from tests.kafka.outcome import outcome

pytestmark = pytest.mark.kafka
ARTICLES = 300
SMALL = RunSettings(batch_records=20, feeder_items=20, fetch_records=40)


async def half(source: Path, log: Path, share: float = 0.5) -> None:
    """Play the beginning of a recording on an embedded log, and stop in the middle of it."""
    bus, stop = SqliteBus(log), asyncio.Event()
    await bus.start()
    try:
        await bus.create(topic_specs(forget=False))
        async with open_recordings([source]) as replayed:
            stages = [Stage(replayed.service), Stage(DedupService()), Stage(EnrichService())]
            async with Pipeline(bus, stages, SMALL, Metrics()).running(stop):
                while replayed.progress[0] < share * ARTICLES:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.001)
            done, total = replayed.progress
        assert 0 < done < total, "the recording was through before it was stopped"
        for topic in ("dedup-state", "stories", "feed-state"):  # so that offsets there have gaps
            await bus.compact(topic)
    finally:
        await bus.close()


def without_clocks(found: Sequence[Record]) -> list[Record]:
    return [record for record in found if record.key != b"clock"]


def move(crew: Crew, log: Path, name: str = "mover") -> tuple[str, ...]:
    return (name, "log", "move", "--to", f"kafka:{crew.bootstrap}", "--bus", f"sqlite:{log}")


async def test_moved_halfway_the_stories_are_those_of_an_undisturbed_run(tmp_path: Path, name: Name) -> None:
    source, log = write_archive(tmp_path / "news.jsonl", ARTICLES), tmp_path / "log.db"
    calm = await calmly(source, tmp_path)
    await half(source, log)
    async with Crew(session.bootstrap(), f"{name('move')}.", tmp_path / "crew") as crew:
        mover = crew.add(*move(crew, log), static=False)
        assert await mover.ended(60) == 0, mover.log.read_text()
        assert "every record compared" in mover.log.read_text()
        crew.services(source)
        await crew.settled(60)
        assert (found := await outcome(crew, calm)).same, found
        export = crew.add("export", "export", "--out", str(tmp_path / "kafka"))
        assert await export.ended(30) == 0, export.log.read_text()
        assert digests(tmp_path / "kafka") == digests(calm.out)
        assert crew.exits == []
        assert set((await crew.stop()).values()) == {0}


async def test_killed_again_and_again_the_move_is_completed_by_the_next_run(
    tmp_path: Path, name: Name
) -> None:
    source, log = write_archive(tmp_path / "news.jsonl", ARTICLES), tmp_path / "log.db"
    await half(source, log)
    chance, killed = random.Random(6), 0
    async with Crew(session.bootstrap(), f"{name('move')}.", tmp_path / "crew") as crew:
        mover = crew.add(*move(crew, log), static=False)
        while mover.alive and killed < 8:
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            if mover.alive:
                mover.kill()
                killed += 1
                mover.start()
        assert await mover.ended(60) == 0, mover.log.read_text()
        assert killed >= 3, "the move was through before it was killed"
        bus = SqliteBus(log)
        await bus.start()
        for topic, spec in bus.topics().items():
            here, there = await contents(bus, topic), await crew.records(topic)
            if topic == "dedup-state":  # its clocks name offsets, which are others now
                here, there = without_clocks(here), without_clocks(there)
            if spec.compact:  # the broker may have begun to clean up
                here, there = list(latest(here).values()), list(latest(there).values())
            assert there == here, topic
        await bus.close()
        again = crew.add(*move(crew, log, "again"), static=False)
        assert await again.ended(60) == 0
        assert "nothing was left to do" in again.log.read_text()
