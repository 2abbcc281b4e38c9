"""What an article takes: memory of dedup while it is live, bytes of the embedded log, which keeps it.

`python -m bench.footprint ARCHIVE [--per-day N]`. The archive is replayed into a log. Then a process of its
own takes the log's articles as dedup does, and its resident memory is read on the way: the slope is what
an article costs, the rest what an empty dedup does. The log is measured as it is, and after compaction.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from services.console import addresses
from services.console.replay.recordings import open_recordings
from services.console.replay.settings import RUN
from services.console.run.pipeline import Pipeline, Stage
from services.console.scan import is_a, scan_partition
from services.contracts.articles import Article
from services.contracts.topics import SHARD_COUNT
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.ops.exits import Stop
from services.ops.registry import Metrics
from services.stream.bus import Bus, Partition
from services.stream.changelog import walk
from services.stream.service import Task
from services.stream.sqlite import SqliteBus

PER_DAY = 10_000
WARM = 0.2
"""Share of the articles after which memory is read first: by then everything is loaded that will be."""
KIB, MIB = 1 << 10, 1 << 20


class Memory(NamedTuple):
    """Of a process that holds all shards."""

    articles: int
    each: float
    """Bytes of resident memory an article."""
    fixed: float
    """Bytes without any article."""


class Disk(NamedTuple):
    """Of the embedded log, in bytes."""

    articles: int
    whole: int
    compacted: int
    topics: dict[str, int]


async def fill(archive: Path, log: Path) -> Disk:
    bus = SqliteBus(log, durable=False)
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=False))
        async with open_recordings((archive,)) as source:
            stages = [Stage(source.service), Stage(DedupService()), Stage(EnrichService())]
            pipeline = Pipeline(bus, stages, RUN, Metrics())
            async with pipeline.running(asyncio.Event()) as running:
                await pipeline.settled(running)
        articles = 0
        for number in range(SHARD_COUNT):
            async for record in scan_partition(bus, Partition("articles", number), 0):
                articles += is_a(record, Article)
        whole, topics = used(log), by_topic(log)
        for topic in topics:
            await bus.compact(topic)
        return Disk(articles, whole, used(log), topics)
    finally:
        await bus.close()


def used(log: Path) -> int:
    """Bytes of pages that hold something; the file keeps the others for what comes."""
    with closing(sqlite3.connect(log)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, size = (
            int(db.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size


def by_topic(log: Path) -> dict[str, int]:
    with closing(sqlite3.connect(log)) as db:
        return dict(
            db.execute(
                "SELECT topic, sum(length(records)) FROM batches JOIN partitions ON id = partition"
                " GROUP BY topic ORDER BY 2 DESC"
            ).fetchall()
        )


async def remember(log: Path) -> Memory:
    """Take the log's articles with all shards in this process, each first to `WARM`, then to its end."""
    bus = SqliteBus(log)
    await bus.start()
    try:
        tasks = [DedupService().task(number) for number in range(SHARD_COUNT)]
        ends = [await bus.end(Partition("articles", number)) for number in range(SHARD_COUNT)]
        warm = [round(WARM * end) for end in ends]
        first = await _take(bus, tasks, [0] * SHARD_COUNT, warm), resident()
        rest = await _take(bus, tasks, warm, ends), resident()
        each = (rest[1] - first[1]) / max(1, rest[0])
        return Memory(first[0] + rest[0], each, first[1] - first[0] * each)
    finally:
        await bus.close()


async def _take(bus: Bus, tasks: Sequence[Task], starts: Sequence[int], ends: Sequence[int]) -> int:
    taken = 0
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        async for records in walk(bus, Partition("articles", number), start, end):
            tasks[number].step(records)
            taken += sum(is_a(record, Article) for record in records)
    return taken


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def told(memory: Memory, disk: Disk, per_day: int) -> str:
    each, lean = disk.whole / disk.articles, disk.compacted / disk.articles
    log, live = per_day * each / MIB, 30 * per_day * memory.each / MIB
    lines = [
        f"{disk.articles:,} articles",
        f"memory of dedup: {memory.each / KIB:.1f} KiB a live article, {memory.fixed / MIB:.0f} MiB without",
        f"log, an article: {each / KIB:.1f} KiB as written, {lean / KIB:.1f} KiB after compaction",
        *(f"  {name:14} {size / disk.articles / KIB:6.1f} KiB" for name, size in disk.topics.items()),
        f"{per_day:,} articles a day: {log:,.0f} MiB of log a day, 30 days live: {live:,.0f} MiB of memory",
    ]
    return "\n".join(lines)


def measured(archive: Path, folder: Path) -> tuple[Memory, Disk]:
    log = folder / "log.db"
    disk = asyncio.run(fill(archive, log))
    child = [sys.executable, "-m", "bench.footprint", str(log), "--memory"]
    done = subprocess.run(child, capture_output=True, text=True, check=True)
    return Memory(*json.loads(done.stdout)), disk


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.footprint", description=__doc__)
    parser.add_argument("archive", type=Path, help="article archive, such as bench.invented writes")
    parser.add_argument("--per-day", type=int, default=PER_DAY, help="articles a day, for the last line")
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if not asked.archive.is_file():
        print(f"bench.footprint: no such file: {asked.archive}", file=sys.stderr)
        return 2
    if asked.memory:
        print(json.dumps(asyncio.run(remember(asked.archive))))
        return 0
    try:
        with tempfile.TemporaryDirectory(prefix="newsfold-footprint-") as folder:
            print(told(*measured(asked.archive, Path(folder)), asked.per_day))
    except Stop as stop:
        print(f"bench.footprint: {stop.line}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
