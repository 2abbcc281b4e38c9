"""Dedup on a log with its memory on disk, lost time and again while it keeps images: the same records."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from services.console.addresses import topic_specs
from services.dedup.service import DedupService
from services.stream.bus import Output, Partition, Record
from services.stream.runner import Runner
from services.stream.settings import RunSettings
from services.stream.snapshot import SnapshotFolder
from services.stream.spool import Spool
from services.stream.sqlite import SqliteBus
from tests.integration.dedup.newsroom import demo
from tests.integration.dedup.shard import INPUT, Value, promised, record
from tests.unit.stream.toys import Notes, until

LOG = promised(demo())
PARTS = 4


async def log_with(path: Path) -> SqliteBus:
    bus = SqliteBus(path)
    await bus.start()
    await bus.create(topic_specs(forget=False))
    return bus


async def add(bus: SqliteBus, values: Sequence[Value]) -> None:
    writer = await bus.writer("press", ["articles"], 0)
    records = [record(value, 0) for value in values]
    outputs = [Output(INPUT, one.key, one.value, one.headers) for one in records]
    await writer.publish(outputs, consumed={})
    await writer.close()


async def topic(bus: SqliteBus, name: str) -> list[Record]:
    return list(await bus.read(Partition(name, 0), 0, max_records=100_000))


async def lose(bus: SqliteBus, folder: Path, to: int) -> Notes:
    """Work until all of the input is taken, keeping images all the while, and end without a goodbye."""
    notes = Notes()
    settings = RunSettings(
        batch_records=7, snapshots=SnapshotFolder(folder=folder, scheme="1"), snapshot_every_s=0.02
    )
    service = DedupService(open_store=partial(Spool, folder, buffer_bytes=4096, segment_bytes=8192))
    running = asyncio.create_task(
        Runner(service, bus, settings=settings, observer=notes).run(asyncio.Event())
    )

    async def taken() -> bool:
        assert not running.done(), running.exception()
        committed = await bus.committed("newsfold-dedup", ["articles"])
        return committed.get(INPUT, 0) >= to and len(notes.images) > 0

    await until(taken)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return notes


async def test_a_shard_lost_time_and_again_goes_on_from_its_images(
    tmp_path: Path,
) -> None:
    whole = await log_with(tmp_path / "whole.db")
    await add(whole, LOG)
    await lose(whole, tmp_path / "whole", len(LOG))
    bus = await log_with(tmp_path / "log.db")
    restores = []
    for part in range(PARTS):
        to = len(LOG) * (part + 1) // PARTS
        await add(bus, LOG[len(LOG) * part // PARTS : to])
        notes = await lose(bus, tmp_path / "state", to)
        restores += [restored for number, restored in notes.restores if number == INPUT.number]
    assert [restored.image for restored in restores] == [False, True, True, True]
    for name in ("relations", "clusters"):
        mine, theirs = await topic(bus, name), await topic(whole, name)
        assert [(one.key, one.value) for one in mine] == [(one.key, one.value) for one in theirs]
    await whole.close()
    await bus.close()
