"""How long a standby takes to work on a shard that another process had: `python -m bench.restore`.

The state is dedup's, of invented articles. Measured is what lies between owning the shard and the
first step: reading the changelog, or a snapshot and what came after it, and rebuilding the indexes.
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
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench import invented
from bench.archive import articles_of
from bench.shard import by_shard
from services.console.addresses import topic_specs
from services.contracts.articles import Article
from services.dedup.service import DedupService
from services.stream.bus import Bus, Partition
from services.stream.changelog import RestoreResult, restore, save
from services.stream.snapshot import SnapshotFolder
from services.stream.sqlite import SqliteBus

BATCHES = 20
TAIL = 0.1
"""Share of the changelog that came after the snapshot."""


class Start(NamedTuple):
    bus: str
    way: str
    restored: RestoreResult
    read_s: float
    rebuild_s: float

    @property
    def seconds(self) -> float:
        return self.read_s + self.rebuild_s


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.restore", description=__doc__)
    parser.add_argument("--articles", type=int, default=5000, help="versions inside the window")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="newsfold-restore-") as folder:
        lines = map(msgspec.json.encode, invented.rows(asked.articles))
        starts = asyncio.run(measure(Path(folder), articles_of(lines, "invented")))
    print(table(starts))
    return 0


def table(starts: Sequence[Start]) -> str:
    head = "| bus | from | records | of them from the snapshot | read, s | rebuild, s | together, s |"
    lines = [
        f"| {one.bus} | {one.way} | {one.restored.count} | {one.restored.from_snapshot} "
        f"| {one.read_s:.2f} | {one.rebuild_s:.2f} | {one.seconds:.2f} |"
        for one in starts
    ]
    return "\n".join([head, "|---|---|---:|---:|---:|---:|---:|", *lines])


async def measure(folder: Path, articles: Sequence[Article]) -> list[Start]:
    """Of the embedded log, and of Kafka where there is one."""
    starts = await _on("SQLite", SqliteBus(folder / "log.db"), folder, articles)
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP")
    if bootstrap:
        from services.stream.kafka import KafkaBus

        bus = KafkaBus(bootstrap, prefix=f"restore-{uuid.uuid4().hex[:8]}.")
        starts += await _on("Kafka", bus, folder / "kafka", articles)
    else:
        print("KAFKA_BOOTSTRAP is not set: measuring the embedded log only", file=sys.stderr)
    return starts


async def _on(name: str, bus: Bus, folder: Path, articles: Sequence[Article]) -> list[Start]:
    await bus.start()
    try:
        await bus.create(topic_specs(forget=False))
        place = SnapshotFolder(folder=folder / "state", scheme="bench")
        partition = await _fill(bus, place, articles)
        ways = (("the log", None), ("a snapshot and the log", place))
        return [await _start(name, way, bus, partition, snapshot) for way, snapshot in ways]
    finally:
        await bus.close()


async def _fill(bus: Bus, place: SnapshotFolder, articles: Sequence[Article]) -> Partition:
    """The changelog as dedup writes it, with a snapshot taken shortly before its end."""
    ((number, records),) = by_shard(articles).items()
    partition = Partition("dedup-state", number)
    task = DedupService().task(number)
    writer = await bus.writer("bench-restore", ["articles"], number)
    saved, batch = False, max(1, len(records) // BATCHES)
    for at in range(0, len(records), batch):
        if not saved and at >= (1 - TAIL) * len(records):
            await save(bus, partition, place)
            saved = True
        outputs = task.step(records[at : at + batch]).outputs
        await writer.publish([one for one in outputs if one.partition == partition], consumed={})
    await writer.close()
    return partition


async def _start(name: str, way: str, bus: Bus, partition: Partition, place: SnapshotFolder | None) -> Start:
    task = DedupService().task(partition.number)
    began = time.perf_counter()
    restored = await restore(bus, partition, task.restore, snapshot=place)
    read = time.perf_counter()
    task.step([])
    return Start(name, way, restored, read - began, time.perf_counter() - read)


if __name__ == "__main__":
    sys.exit(main())
