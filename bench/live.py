"""What a live article takes while very many are: `python -m bench.live [--articles N] [--invented]`.

Press copy, each repetition in words of its own, goes through dedup alone, with its spool on disk as
`newsfold run` has it. Told at quarters of the way: resident memory, what each part says it holds, bytes on
disk, CPU, and the longest an article waited. The slope is what a live article takes, once caches are full.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.footprint import MIB, resident
from bench.shard import records_of
from bench.speed.river import River, base
from bench.speed.row import Asked
from services.console.tuning import tuned
from services.contracts.articles import Article
from services.dedup.service import DedupService, DedupTask
from services.stream.spool import Spool

ARTICLES = 50_000
STOPS = 4
AT_ONCE = 16


class Measure(NamedTuple):
    """How it stands after some articles."""

    live: int
    resident: int
    parts: dict[str, int]
    disk: int
    cpu_us: float
    """An article, of those since the stop before."""
    worst_ms: float
    """Of the clock, for a batch of `AT_ONCE`."""


def measured(articles: Sequence[Article] | River, count: int, folder: Path) -> list[Measure]:
    stores: list[Spool] = []

    def open_store() -> Spool:
        stores.append(Spool(folder))
        return stores[-1]

    task = DedupService(open_store=open_store).task(0)
    live = 0
    coming = iter(articles) if isinstance(articles, Sequence) else articles.articles(count)
    stops: list[Measure] = []
    taken = 0
    for at in range(1, STOPS + 1):
        cpu, first, worst = 0.0, taken, 0.0
        while live < at * count // STOPS and (block := list(islice(coming, AT_ONCE))):
            live, spent, waited = _step(task, block, 2 * taken)
            cpu, taken, worst = cpu + spent, taken + len(block), max(worst, waited)
        disk = sum(store.disk_bytes() for store in stores)
        stops.append(
            Measure(
                live,
                _settled(),
                task.bytes_by_part(),
                disk,
                1e6 * cpu / max(1, taken - first),
                1e3 * worst,
            )
        )
    return stops


def _step(task: DedupTask, block: Sequence[Article], offset: int) -> tuple[int, float, float]:
    """Live articles, then CPU and time of the clock, in seconds."""
    records = records_of(block, 0, first=offset)
    cpu, clock = time.process_time(), time.perf_counter()
    step = task.step(records)
    spent, waited = time.process_time() - cpu, time.perf_counter() - clock
    return round(step.levels["live_articles"]), spent, waited


def _settled() -> int:
    gc.collect()
    return resident()


def told(stops: Sequence[Measure], empty: int) -> str:
    names = list(stops[0].parts)
    head = ("live", "resident, MiB", "B each, all", "B each more", *(f"{n}, B each" for n in names))
    lines = [(*head, "on disk, B each", "CPU, µs", "worst batch, ms")]
    before = Measure(0, empty, {}, 0, 0.0, 0.0)
    for stop in stops:
        more = (stop.resident - before.resident) / max(1, stop.live - before.live)
        each = [str(round(size / stop.live)) for size in stop.parts.values()]
        lines.append(
            (
                f"{stop.live:,}",
                str(round(stop.resident / MIB)),
                str(round((stop.resident - empty) / stop.live)),
                str(round(more)),
                *each,
                str(round(stop.disk / stop.live)),
                str(round(stop.cpu_us)),
                str(round(stop.worst_ms)),
            )
        )
        before = stop
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES, help="live at the end")
    parser.add_argument("--invented", action="store_true", help="leave the press copy alone")
    asked = parser.parse_args(arguments)
    tuned()
    river = River(base(Asked(invented=asked.invented)).articles)
    empty = _settled()
    with tempfile.TemporaryDirectory(prefix="newsfold-live-") as folder:
        print(told(measured(river, asked.articles, Path(folder)), empty))
    return 0


if __name__ == "__main__":
    sys.exit(main())
