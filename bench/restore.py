"""How long a standby takes to work on a shard that another process had: `python -m bench.restore`.

The state is dedup's, of invented articles. Measured is what lies between owning the shard and the
first step: reading the changelog, or an image and what came after it, and rebuilding the indexes. What an
image takes to be written, and for how long the work stands still for it, is told below the table.
`KAFKA_BOOTSTRAP` adds a line for each way on that cluster.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench import invented
from bench.archive import articles_of
from bench.shard import by_shard
from services.console.addresses import topic_specs
from services.console.run.threads import begin_in_thread
from services.contracts.articles import Article
from services.dedup.service import DedupService
from services.stream.bus import Bus, Partition
from services.stream.changelog import Restoration, RestoreResult
from services.stream.clock import SystemClock
from services.stream.imager import Imager, Written
from services.stream.pages import join_pages
from services.stream.snapshot import SnapshotFolder
from services.stream.spool import Spool
from services.stream.sqlite import SqliteBus

BATCHES = 20
TAIL = 0.1
"""Share of the changelog that came after the image."""


class Way(NamedTuple):
    """Back to a state."""

    bus: str
    name: str
    image: SnapshotFolder | None
    folder: Path
    is_followed: bool = False
    """A standby has read it all, and asks once more for what came since."""


class Start(NamedTuple):
    bus: str
    way: str
    restored: RestoreResult
    read_s: float
    rebuild_s: float

    @property
    def seconds(self) -> float:
        return self.read_s + self.rebuild_s


class Starts(NamedTuple):
    """Of one changelog."""

    starts: list[Start]
    image: Written


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.restore", description=__doc__)
    parser.add_argument("--articles", type=int, default=5000, help="versions inside the window")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="newsfold-restore-") as folder:
        lines = map(msgspec.json.encode, invented.rows(asked.articles))
        found = asyncio.run(measure(Path(folder), articles_of(lines, "invented")))
    print(table([start for each in found for start in each.starts]))
    for each in found:
        size, seconds, pause_s = each.image
        print(
            f"{each.starts[0].bus}: image of {size:,} bytes in {seconds:.2f} s, pause {1000 * pause_s:.1f} ms"
        )
    return 0


def table(starts: Sequence[Start]) -> str:
    head = "| bus | from | records | read, s | rebuild, s | together, s |"
    lines = [
        f"| {one.bus} | {one.way} | {one.restored.count} "
        f"| {one.read_s:.2f} | {one.rebuild_s:.2f} | {one.seconds:.2f} |"
        for one in starts
    ]
    return "\n".join([head, "|---|---|---:|---:|---:|---:|", *lines])


async def measure(folder: Path, articles: Sequence[Article]) -> list[Starts]:
    """Of the embedded log, and of Kafka where there is one."""
    found = [await _on("SQLite", SqliteBus(folder / "log.db"), folder, articles)]
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP")
    if bootstrap:
        from services.stream.kafka import KafkaBus

        bus = KafkaBus(bootstrap, prefix=f"restore-{uuid.uuid4().hex[:8]}.")
        found.append(await _on("Kafka", bus, folder / "kafka", articles))
    else:
        print("KAFKA_BOOTSTRAP is not set: measuring the embedded log only", file=sys.stderr)
    return found


async def _on(name: str, bus: Bus, folder: Path, articles: Sequence[Article]) -> Starts:
    await bus.start()
    try:
        await bus.create(topic_specs(forget=False))
        place = SnapshotFolder(folder=folder / "state", scheme="bench")
        partition, image = await _fill(bus, place, articles)
        ways = (
            Way(name, "the log", None, folder),
            Way(name, "an image and the log", place, folder),
            Way(name, "a standby", None, folder, is_followed=True),
        )
        return Starts([await _start(bus, partition, way) for way in ways], image)
    finally:
        await bus.close()


async def _fill(bus: Bus, place: SnapshotFolder, articles: Sequence[Article]) -> tuple[Partition, Written]:
    """The changelog as dedup writes it, with an image taken shortly before its end."""
    ((number, records),) = by_shard(articles).items()
    partition = Partition("dedup-state", number)
    task = _service(place.folder).task(number)
    imager = Imager(bus, partition, place.of_images(), SystemClock())
    writer = await bus.writer("bench-restore", ["articles"], number)
    written, batch = None, max(1, len(records) // BATCHES)
    for at in range(0, len(records), batch):
        if not written and at >= (1 - TAIL) * len(records):
            await asyncio.to_thread(join_pages)  # as a runner does before it wants one
            await imager.begin(task)
            written = await imager.wait()
        outputs = [one for one in task.step(records[at : at + batch]).outputs if one.partition == partition]
        await writer.publish(outputs, consumed={})
        imager.note(outputs)
    await writer.close()
    assert written is not None, "there is room for an image, and time"
    return partition, written


def _service(folder: Path) -> DedupService:
    return DedupService(open_store=partial(Spool, folder), begin=begin_in_thread)


async def _start(bus: Bus, partition: Partition, way: Way) -> Start:
    task = _service(way.folder).task(partition.number)
    restoration = Restoration(bus, partition, task.restore, imaged=task)
    if way.is_followed:
        await restoration.follow()
    began = time.perf_counter()
    if way.image:
        await restoration.begin(way.image, SystemClock().now())
    await restoration.follow()
    read = time.perf_counter()
    task.step([])
    restored = restoration.result()
    return Start(way.bus, way.name, restored, read - began, time.perf_counter() - read)


if __name__ == "__main__":
    sys.exit(main())
