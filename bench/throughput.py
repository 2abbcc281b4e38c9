"""Articles a second of a whole replay: every stage, the log and the export included.

`python -m bench.throughput ARCHIVE [--bus BUS] [--sample N]`. Where the seconds went, stage by stage, and the
tutorial use of datasketch on articles of the same archive in the same run.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from bench.tutorial import Tutorial
from services.console import addresses
from services.console.export.files import export
from services.console.replay.recordings import open_recordings
from services.console.replay.settings import RUN
from services.console.run.pipeline import Pipeline, Stage
from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.ops.exits import Stop
from services.ops.metrics import PREFIX
from services.ops.registry import Metrics
from services.stream.bus import Bus
from services.stream.sqlite import SqliteBus

WORK = ("fetch", "step", "publish")
"""What a lane does when it neither waits nor restores."""
SAMPLE = 2_000


class Run(NamedTuple):
    """One replay."""

    articles: int
    seconds: float
    exporting: float
    spent: dict[tuple[str, str], float]
    """Seconds by service and what its lanes did. Lanes overlap: they add up to more than `seconds`."""
    tutorial_us: float
    """Microseconds an article."""


async def run(archive: Path, address: str | None, scratch: Path, sample: int) -> Run:
    bus = (
        addresses.bus_at(addresses.parse(address))
        if address
        else SqliteBus(scratch / "log.db", durable=False)
    )
    metrics = Metrics()
    began = time.perf_counter()
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=False))
        async with open_recordings((archive,)) as source:
            stages = [Stage(source.service), Stage(DedupService()), Stage(EnrichService())]
            pipeline = Pipeline(bus, stages, RUN, metrics)
            async with pipeline.running(asyncio.Event()) as running:
                await pipeline.settled(running)
        settled = time.perf_counter()
        tally = await export(bus, scratch)
        ended = time.perf_counter()
        return Run(
            tally.articles, ended - began, ended - settled, _spent(metrics), await _tutorial(bus, sample)
        )
    finally:
        await bus.close()


def _spent(metrics: Metrics) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(b"".join(metrics.exposition()).decode())
    return {
        (sample.labels["service"], sample.labels["state"]): sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"{PREFIX}loop_seconds_total"
    }


async def _tutorial(bus: Bus, sample: int) -> float:
    articles: list[Article] = []
    async for record in scan(bus, "articles"):
        if is_a(record, Article) and len(articles) < sample:
            articles.append(wire.decode(Article, record.value or b""))
    index = Tutorial()
    began = time.perf_counter()
    for article in articles:
        index.take(article.version_id, article.text)
    return 1e6 * (time.perf_counter() - began) / max(1, len(articles))


def told(done: Run) -> str:
    rate = done.articles / done.seconds
    total = sum(seconds for (_, state), seconds in done.spent.items() if state in WORK) + done.exporting
    lines = [
        f"{done.articles:,} articles in {done.seconds:.1f} s: {rate:,.0f} articles/s, log and files included"
    ]
    for service in dict.fromkeys(service for service, _ in done.spent):
        parts = {state: done.spent[service, state] for state in WORK}
        named = ", ".join(f"{state} {seconds:.1f} s" for state, seconds in parts.items())
        lines.append(f"  {service:8} {sum(parts.values()) / total:4.0%}  {named}")
    lines.append(f"  {'export':8} {done.exporting / total:4.0%}  {done.exporting:.1f} s")
    ratio = done.tutorial_us * rate / 1e6
    alone = 1e6 / done.tutorial_us
    lines.append(
        f"tutorial datasketch alone: {alone:,.0f} articles/s; the whole of Newsfold is {ratio:.2f} times that"
    )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.throughput", description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--bus", metavar="BUS", help="memory | sqlite:FILE | kafka:HOST:PORT, an empty log")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="articles for datasketch")
    asked = parser.parse_args(arguments)
    if not asked.archive.is_file():
        print(f"bench.throughput: no such file: {asked.archive}", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="newsfold-throughput-") as scratch:
            print(told(asyncio.run(run(asked.archive, asked.bus, Path(scratch), asked.sample))))
    except Stop as stop:
        print(f"bench.throughput: {stop.line}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
