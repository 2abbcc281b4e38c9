"""What a live article takes while very many are: `python -m bench.live [--articles N] [--invented]`.

Press copy, each repetition in words of its own, goes through dedup alone, with its spool on disk as
`newsfold run` has it. Told at quarters of the way: resident memory, what each part says it holds, bytes on
disk, CPU, and the longest step. The slope is what a live article takes, once caches are full.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
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
    cpu_us: float = 0.0
    """An article, of those since the measure before."""
    worst_ms: float = 0.0
    """CPU of the longest step with `AT_ONCE` articles."""


def measures(coming: Iterator[Article], count: int, folder: Path) -> Iterator[Measure]:
    """At equal distances on the way to `count` live articles, or to the end of those that come."""
    stores: list[Spool] = []

    def open_store() -> Spool:
        stores.append(Spool(folder))
        return stores[-1]

    task = DedupService(open_store=open_store).task(0)
    live = taken = 0
    for at in range(1, STOPS + 1):
        costs: list[float] = []
        while live < at * count // STOPS and (block := list(islice(coming, AT_ONCE))):
            live, cost = _step(task, block, 2 * taken)
            costs.append(cost)
            taken += len(block)
        disk = sum(store.disk_bytes() for store in stores)
        cpu_us, worst_ms = 1e6 * sum(costs) / max(1, AT_ONCE * len(costs)), 1e3 * max(costs, default=0.0)
        yield Measure(live, _settled(), task.bytes_by_part(), disk, cpu_us, worst_ms)


def _step(task: DedupTask, block: Sequence[Article], offset: int) -> tuple[int, float]:
    """Live articles, and CPU seconds."""
    records = records_of(block, 0, first=offset)
    began = time.process_time()
    step = task.step(records)
    return round(step.levels["live_articles"]), time.process_time() - began


def _begun(coming: Iterator[Article]) -> Iterator[Article]:
    """The same, when what makes them is in memory: it is none of dedup's."""
    return chain((next(coming),), coming)


def _settled() -> int:
    gc.collect()
    return resident()


def lines(found: Iterable[Measure], empty: int) -> Iterator[str]:
    """Rows of a table. `empty`: resident bytes before the first article."""
    before = Measure(0, empty, {}, 0)
    for now in found:
        if not before.live:
            parts = (f"{name}, B each" for name in now.parts)
            head = ("live", "resident, MiB", "B each", "B each more", *parts, "disk, B each")
            yield _row(*head, "CPU, µs", "worst step, ms")
        sizes = (now.resident - empty, *now.parts.values(), now.disk)
        each = [round(size / max(1, now.live)) for size in sizes]
        more = round((now.resident - before.resident) / max(1, now.live - before.live))
        yield _row(
            now.live, now.resident // MIB, each[0], more, *each[1:], round(now.cpu_us), round(now.worst_ms)
        )
        before = now


def _row(*cells: str | int) -> str:
    return f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES, help="live at the end")
    parser.add_argument("--invented", action="store_true", help="leave the press copy alone")
    asked = parser.parse_args(arguments)
    tuned()
    river = River(base(Asked(invented=asked.invented)).articles)
    coming = _begun(river.articles(asked.articles))
    empty = _settled()
    with tempfile.TemporaryDirectory(prefix="newsfold-live-") as folder:
        for line in lines(measures(coming, asked.articles, Path(folder)), empty):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
