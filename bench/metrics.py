"""What metrics cost: a replay that is counted, served and scraped each second, against one nobody looks at.

`python -m bench.metrics [--articles N] [--pairs N]`. Replays an invented archive at full speed on a log in
memory, in pairs of which either goes first in turn. Prints how much slower the first kind is, in seconds
and in seconds of CPU, which other programs of the machine disturb less; how many series there are; and how
long a scrape holds the event loop while articles are folded beside it. Exit 1 where a bound is broken.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from services.console import addresses
from services.console.replay.recordings import open_recordings
from services.console.replay.settings import RUN
from services.console.run.limits import tell_limits
from services.console.run.pipeline import Pipeline, Stage
from services.console.run.watch import Watch
from services.console.tuning import tuned
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.ops.config import Settings
from services.ops.health import Health
from services.ops.registry import Metrics
from services.ops.server import OpsServer
from services.ops.settings import OpsSettings
from services.stream.memory import MemoryBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from tests.end_to_end.archive import write_archive

MOST_SLOWER = 1.03
MOST_SERIES = 1_500
MOST_HELD_S = 0.010
SCRAPER = """
import sys, time, urllib.request
while True:
    urllib.request.urlopen(sys.argv[1]).read()
    time.sleep(1)
"""


class Run(NamedTuple):
    seconds: float
    cpu_s: float


class Scraped(Metrics):
    """Notes how long each scrape holds the loop at a time, and how many series it gave."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[float] = []
        self.series = 0

    def exposition(self) -> Iterator[bytes]:
        self.series, longest = 0, 0.0
        pieces = super().exposition()
        while True:
            began = time.perf_counter()
            piece = next(pieces, None)
            longest = max(longest, time.perf_counter() - began)
            if piece is None:
                break
            self.series += sum(not line.startswith(b"#") for line in piece.splitlines())
            yield piece
        self.held.append(longest)


@asynccontextmanager
async def served(pipeline: Pipeline, bus: MemoryBus, metrics: Metrics) -> AsyncIterator[None]:
    """As `newsfold run` does it: a server, the gauges, and somebody who scrapes."""
    settings, health = Settings(), Health({}, stall_s=30)
    tell_limits(metrics, settings, RUN, polls=True, forgets=True)
    watch = Watch(pipeline, bus, addresses.parse("memory"), health, metrics)
    async with OpsServer(OpsSettings(listen="127.0.0.1:0"), health, metrics.exposition) as server:
        url = f"http://127.0.0.1:{server.port}/metrics"
        scraper = await asyncio.create_subprocess_exec(sys.executable, "-c", SCRAPER, url)
        watching = asyncio.create_task(watch.run())
        try:
            yield
        finally:
            watching.cancel()
            scraper.kill()
            await scraper.wait()


async def replayed(archive: Path, metrics: Metrics | None) -> Run:
    """Without `metrics` nobody is told anything."""
    bus = MemoryBus()
    await bus.start()
    await bus.create(addresses.topic_specs(forget=False))
    async with open_recordings((archive,)) as source:
        services = (source.service, DedupService(), EnrichService())
        began, cpu = time.perf_counter(), time.process_time()
        if metrics is None:
            async with RunnerGroup([Runner(service, bus, settings=RUN) for service in services]) as running:
                await running.wait_until_settled()
        else:
            pipeline = Pipeline(bus, [Stage(service) for service in services], RUN, metrics)
            async with pipeline.running(asyncio.Event()) as running, served(pipeline, bus, metrics):
                await pipeline.settled(running)
        return Run(time.perf_counter() - began, time.process_time() - cpu)


class Measured(NamedTuple):
    articles: int
    on: Sequence[Run]
    off: Sequence[Run]
    series: int
    held: Sequence[float]

    def ratio(self, of: Callable[[Run], float]) -> float:
        """Of the best runs: what else the machine does only ever adds."""
        return min(map(of, self.on)) / min(map(of, self.off))


def measured(archive: Path, articles: int, pairs: int) -> Measured:
    on: list[Run] = []
    off: list[Run] = []
    held: list[float] = []
    series = 0
    asyncio.run(replayed(archive, None))  # the first run loads everything
    tuned()
    for pair in range(pairs):
        for told in (True, False) if pair % 2 else (False, True):
            metrics = Scraped() if told else None
            (on if told else off).append(asyncio.run(replayed(archive, metrics)))
            if metrics is not None:
                held += metrics.held
                series = metrics.series
    return Measured(articles, on, off, series, held)


def told(found: Measured) -> tuple[str, bool]:
    """A line for each bound, and whether all are kept."""
    cpu, wall = found.ratio(lambda run: run.cpu_s), found.ratio(lambda run: run.seconds)
    held, worst = statistics.median(found.held), max(found.held)
    held_told = (
        f"a scrape holds the loop for {1e3 * held:.1f} ms at a time in the median of {len(found.held)}"
    )
    checks = (
        (cpu <= MOST_SLOWER, f"{cpu:.3f} times the CPU of a run without metrics (at most {MOST_SLOWER:g})"),
        (found.series <= MOST_SERIES, f"{found.series} series (at most {MOST_SERIES})"),
        (held <= MOST_HELD_S, f"{held_told} (at most {1e3 * MOST_HELD_S:g}), at worst {1e3 * worst:.1f} ms"),
    )
    rate = found.articles / min(run.seconds for run in found.on)
    lines = [
        f"{found.articles:,} articles, {len(found.on)} pairs; {rate:,.0f} articles/s with metrics",
        *(f"{'ok ' if kept else 'NOT'} {line}" for kept, line in checks),
        f"    {wall:.3f} times the time by the clock, which counts what else the machine did",
    ]
    return "\n".join(lines), all(kept for kept, _ in checks)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.metrics", description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="newsfold-metrics-") as scratch:
        archive = write_archive(Path(scratch) / "news.jsonl", asked.articles)
        lines, kept = told(measured(archive, asked.articles, asked.pairs))
    print(lines)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
