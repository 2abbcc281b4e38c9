"""How long a standby takes to work on a shard that another process had: `python -m bench.restore`.

The state is dedup's, of invented articles, or with `--of range` that of one range of keys where dedup is
spread, of keys drawn at random. Measured is what lies between owning it and the first step: reading the
changelog, or an image and what came after it, and rebuilding the indexes; the least of `--rounds`. What an
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
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np

from bench import invented
from bench.archive import articles_of
from bench.shard import by_shard
from services.console.addresses import topic_specs
from services.console.run.threads import begin_in_thread
from services.contracts.articles import Article
from services.contracts.topics import RANGES, WITH_SPREAD
from services.dedup import kernels
from services.dedup.service import DedupService, DedupTask
from services.dedup.settings import DedupSettings
from services.dedup.spread.blocks import RangeKeys, output
from services.dedup.spread.layout import SPAN
from services.dedup.spread.range import RangeTask
from services.stream.bus import Bus, Partition, Record
from services.stream.changelog import Restoration, RestoreResult
from services.stream.clock import SystemClock
from services.stream.imager import Imager, Written
from services.stream.pages import join_pages
from services.stream.service import ImagedTask, Task
from services.stream.snapshot import SnapshotFolder
from services.stream.spool import Spool
from services.stream.sqlite import SqliteBus

BATCHES = 20
TAIL = 0.1
"""Share of the changelog that came after the image."""
_KEYS = 10
"""Of a text in one range: press copy has 167 in all (docs/scaling.md)."""
_FIRST_US = 1_772_400_000_000_000
_WINDOW_US = 30 * 86_400_000_000


class KeptTask(Task, ImagedTask, Protocol):
    """One whose changelog and images both lead back to it."""


class Origin(NamedTuple):
    """Whose state it is, and what it is made of."""

    make: Callable[[Path], KeptTask]
    changelog: Partition
    inputs: str
    """The topic of `records`."""
    records: Sequence[Record]
    first: Sequence[Record] = ()
    """Those of the first step after the restore."""


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
    parser.add_argument("--articles", type=int, default=5000, help="versions inside the window [5000]")
    parser.add_argument("--of", choices=ORIGINS, default="dedup", help="whose state [dedup]")
    parser.add_argument("--rounds", type=int, default=1, help="the least of so many is told [1]")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="newsfold-restore-") as folder:
        found = asyncio.run(measure(Path(folder), ORIGINS[asked.of](asked.articles), asked.rounds))
    print(table([start for each in found for start in each.starts]))
    for each in found:
        size, seconds, pause_s = each.image
        log, image, _ = (start.seconds for start in each.starts)
        name, faster = each.starts[0].bus, log / image
        print(f"{name}: image of {size:,} bytes in {seconds:.2f} s, pause {1000 * pause_s:.1f} ms")
        print(f"{name}: from an image {faster:.1f} times as fast as from the log")
    return 0


def of_dedup(articles: Sequence[Article]) -> Origin:
    ((number, records),) = by_shard(articles).items()

    def make(folder: Path) -> DedupTask:
        return DedupService(open_store=partial(Spool, folder), begin=begin_in_thread).task(number)

    return Origin(make, Partition("dedup-state", number), "articles", records)


def of_range(count: int) -> Origin:
    """One of so many ranges, with its share of the keys of so many texts, drawn at random: none is shared."""
    kernels.use(now=True)
    keys = list(_spans(count))
    settings = DedupSettings()
    return Origin(lambda _: RangeTask(0, settings), Partition("range-state", 0), "keys", keys[:-1], keys[-1:])


def _spans(count: int) -> Iterator[Record]:
    chance = np.random.default_rng(count)
    for start in range(0, count, SPAN):
        rows = np.arange(start, min(count, start + SPAN), dtype=np.int64)
        at_us = _FIRST_US + rows * (_WINDOW_US // count)
        drawn = chance.integers(0, 1 << 64, _KEYS * len(rows), np.uint64) // np.uint64(RANGES)
        owners = np.repeat(np.arange(len(rows), dtype=np.int32), _KEYS)
        told = output(
            Partition("keys", 0),
            "keys",
            f"keys:{start}",
            RangeKeys(*(each.tobytes() for each in (rows, at_us, drawn, owners))),
            source="sign",
            shard=0,
            at_us=int(at_us[-1]),
            start=start,
            stop=start + len(rows),
        )
        yield Record(told.partition, start // SPAN, told.key, told.value, told.headers, told.timestamp_us)


def of_invented(count: int) -> Origin:
    return of_dedup(articles_of(map(msgspec.json.encode, invented.rows(count)), "invented"))


ORIGINS = {"dedup": of_invented, "range": of_range}


def table(starts: Sequence[Start]) -> str:
    head = "| bus | from | records | read, s | rebuild, s | together, s |"
    lines = [
        f"| {one.bus} | {one.way} | {one.restored.count} "
        f"| {one.read_s:.3f} | {one.rebuild_s:.3f} | {one.seconds:.3f} |"
        for one in starts
    ]
    return "\n".join([head, "|---|---|---:|---:|---:|---:|", *lines])


async def measure(folder: Path, origin: Origin, rounds: int = 1) -> list[Starts]:
    """Of the embedded log, and of Kafka where there is one."""
    found = [await _on("SQLite", SqliteBus(folder / "log.db"), folder, origin, rounds)]
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP")
    if bootstrap:
        from services.stream.kafka import KafkaBus

        bus = KafkaBus(bootstrap, prefix=f"restore-{uuid.uuid4().hex[:8]}.")
        found.append(await _on("Kafka", bus, folder / "kafka", origin, rounds))
    else:
        print("KAFKA_BOOTSTRAP is not set: measuring the embedded log only", file=sys.stderr)
    return found


async def _on(name: str, bus: Bus, folder: Path, origin: Origin, rounds: int) -> Starts:
    await bus.start()
    try:
        await bus.create(topic_specs(forget=False, topics=WITH_SPREAD))
        place = SnapshotFolder(folder=folder / "state", scheme="bench")
        image = await _fill(bus, place, origin)
        ways = (
            Way(name, "the log", None, folder),
            Way(name, "an image and the log", place, folder),
            Way(name, "a standby", None, folder, is_followed=True),
        )
        starts = [[await _start(bus, origin, way) for way in ways] for _ in range(rounds)]
        return Starts([min(each, key=lambda one: one.seconds) for each in zip(*starts, strict=True)], image)
    finally:
        await bus.close()


async def _fill(bus: Bus, place: SnapshotFolder, origin: Origin) -> Written:
    """The changelog as its owner writes it, with an image taken shortly before its end."""
    partition, records = origin.changelog, origin.records
    task = origin.make(place.folder)
    imager = Imager(bus, partition, place.of_images(), SystemClock())
    writer = await bus.writer("bench-restore", [origin.inputs], partition.number)
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
    return written


async def _start(bus: Bus, origin: Origin, way: Way) -> Start:
    task = origin.make(way.folder)
    restoration = Restoration(bus, origin.changelog, task.restore, imaged=task)
    if way.is_followed:
        await restoration.follow()
    began = time.perf_counter()
    if way.image:
        await restoration.begin(way.image, SystemClock().now())
    await restoration.follow()
    read = time.perf_counter()
    task.restored()
    task.step(origin.first)
    restored = restoration.result()
    return Start(way.bus, way.name, restored, read - began, time.perf_counter() - read)


if __name__ == "__main__":
    sys.exit(main())
