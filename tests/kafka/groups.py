"""Dedup over Kafka in consumer groups beside one process: bytes, CPU, and who falls behind.

    python -m tests.kafka.groups [ARCHIVE] --articles 2000 [--story 10000] [--per-second 50]

An archive is copied as `bench.refold` copies it, and one of its articles by as many houses as `--story` says,
a second after each other. The articles are written to `articles` as fast as it goes, or so many a second, and
taken by `run dedup` (one), by a spread dedup (groups), and by a task in this process, without a bus (alone),
whose digest is that of `bench.refold`. What all of them publish and keep is compared, but for the clock of
dedup-state, which names an offset. CPU is that of the processes after the first articles, over which all is
loaded; the broker's is told apart. Leaves `out/kafka-groups.json`.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench import invented
from bench.archive import articles_of, read_articles
from bench.refold import perturbed
from bench.shard import BATCH, Ledger, by_shard
from bench.simulate.calibrate import copies
from services.console.scan import is_a, scan_partition
from services.contracts.articles import Article
from services.dedup import kernels
from services.dedup.roles import ROLES
from services.dedup.service import DedupService, DedupTask
from services.dedup.settings import DedupSettings
from services.stream.bus import Bus, Output, Partition, Record
from services.stream.progress import is_drained
from tests.kafka.backlog import Look, Watch, table
from tests.kafka.broker import Cluster
from tests.kafka.crew import LOOK_S, Crew, cpu_s

OUT = Path("out/kafka-groups.json")
HELD_BACK = 160
"""Records that dedup may hold back behind the first ones, while it waits for what comes."""
WITHIN_S = 6 * 3600
WAYS = ("alone", "one", "groups")
INPUT = Partition("articles", 0)
BROKER = "broker"


class Passage(NamedTuple):
    """All articles on one way."""

    digest: str
    articles: int
    """That are counted."""
    seconds: float
    cpu: dict[str, float]
    """In seconds, by role, and the broker's."""
    looks: Sequence[Look] = ()
    ended: Sequence[str] = ()
    """Processes that ended by themselves, as on a busy machine, and were started again: CPU unknown."""

    def us(self, role: str) -> float:
        """CPU an article."""
        return 1e6 * self.cpu[role] / self.articles

    def work_us(self) -> float:
        """Of all roles."""
        return sum(self.us(role) for role in self.cpu if role != BROKER)


class Stream(NamedTuple):
    """What is fed."""

    records: Sequence[Record]
    story: tuple[int, int]
    """Where its first copy lies, and the record behind its last."""
    warm: int
    """Records over which everything is loaded, before it counts what the others take."""

    @property
    def counted(self) -> int:
        return sum(is_a(record, Article) for record in self.records[self.warm :])


def stream(asked: argparse.Namespace) -> Stream:
    if asked.archive:
        articles = list(islice(perturbed(read_articles(asked.archive)), asked.articles))
    else:
        articles = articles_of(map(msgspec.json.encode, invented.rows(asked.articles)), "invented")
    story = copies(articles, asked.story)
    names = {article.article_id.encode() for article in story}
    ((_, records),) = by_shard([*articles, *story]).items()
    places = [place for place, record in enumerate(records) if record.key in names]
    lies = (places[0], places[-1] + 1) if places else (len(records), len(records))
    return Stream(records, lies, min(asked.warm, len(records)))


def alone(given: Stream) -> Passage:
    """In this process, without a bus."""
    kernels.use(now=True)
    task, ledger, spent = DedupTask(0, DedupSettings()), Ledger(), 0.0
    for start in range(0, len(given.records), BATCH):
        before = time.process_time()
        step = task.step(given.records[start : start + BATCH])
        spent += (time.process_time() - before) * (start >= given.warm)
        for output in step.outputs:
            ledger.take(output)
    print(f"alone: {ledger.digest()[:16]} is what bench.refold says of the same articles", flush=True)
    return Passage(ledger.digest(clock=False), given.counted, spent, {"dedup": spent})


class Feed:
    """Into `articles`, as ingest writes it."""

    def __init__(self, bus: Bus, records: Sequence[Record], per_second: float) -> None:
        self._bus, self._records, self._per_second = bus, records, per_second
        self.done = 0

    async def write(self, until: int) -> None:
        writer = await self._bus.writer("groups-feed", ("feeds",), 0)
        began, first = time.monotonic(), self.done
        size = max(1, min(BATCH, round(self._per_second / 4))) if self._per_second else BATCH
        while self.done < until:
            some = self._records[self.done : min(until, self.done + size)]
            outputs = [Output(each.partition, each.key, each.value, each.headers) for each in some]
            await writer.publish(outputs, consumed={})
            self.done += len(some)
            if self._per_second:
                due = began + (self.done - first) / self._per_second
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        await writer.close()


async def over_kafka(cluster: Cluster, name: str, given: Stream, asked: argparse.Namespace) -> Passage:
    place = Path(asked.place) / name
    async with Crew(cluster.bootstrap, f"{name}.", place, NEWSFOLD_BUS__SESSION_S="10") as crew:
        _begin(crew, name, asked.workers)
        await crew.started(WITHIN_S)
        async with crew.bus() as bus:
            feed = Feed(bus, given.records, asked.per_second)
            await feed.write(given.warm)
            await _warm(crew, bus)
            crew.exits.clear()
            before, began = _spent(crew, cluster), time.monotonic()
            services = ROLES if name == "groups" else ("dedup",)
            async with Watch(bus, services, feed) as watch:
                await feed.write(len(given.records))
                while not await is_drained(bus, f"newsfold-{DedupService().name}", (INPUT.topic,)):
                    crew.tend()
                    await asyncio.sleep(LOOK_S)
            seconds, after = time.monotonic() - began, _spent(crew, cluster)
            await crew.stop(60)
            cpu = {role: after[role] - before[role] for role in after}
            ended = [name for name, _ in crew.exits]
            return Passage(await _digest(bus), given.counted, seconds, cpu, watch.looks, ended)


def _begin(crew: Crew, name: str, workers: int) -> None:
    if name == "one":
        crew.add("dedup-0", "run", "dedup")
        return
    for role in ROLES:
        for number in range(1 if role in {"plan", "fold"} else workers):
            crew.add(f"{role}-{number}", "run", role)


async def _warm(crew: Crew, bus: Bus) -> None:
    end = await bus.end(INPUT) - HELD_BACK
    group = f"newsfold-{DedupService().name}"
    while (await bus.committed(group, (INPUT.topic,))).get(INPUT, 0) < end:
        crew.tend()
        await asyncio.sleep(LOOK_S)


def _spent(crew: Crew, cluster: Cluster) -> dict[str, float]:
    spent: defaultdict[str, float] = defaultdict(float)
    for name, hand in crew.hands.items():
        spent[name.rpartition("-")[0]] += hand.cpu_s()
    return {**spent, BROKER: sum(cpu_s(node.pid) for node in cluster.nodes)}


async def _digest(bus: Bus) -> str:
    ledger = Ledger()
    for topic in ("relations", "clusters", "dedup-state"):
        async for record in scan_partition(bus, Partition(topic, INPUT.number), 0):
            ledger.take(record)
    return ledger.digest(clock=False)


async def run(asked: argparse.Namespace) -> dict[str, Passage]:
    given = stream(asked)
    found = {"alone": alone(given)} if "alone" in asked.ways else {}
    with tempfile.TemporaryDirectory(prefix="newsfold-groups-") as place:
        asked.place = place
        for name in [way for way in asked.ways if way != "alone"]:
            cluster = Cluster().start()
            try:
                found[name] = await over_kafka(cluster, name, given, asked)
            finally:
                cluster.remove()
            print("\n".join(_lines(name, found[name], given)), flush=True)
    return found


def _lines(name: str, passage: Passage, given: Stream) -> list[str]:
    head = (
        f"{name}: {passage.articles:,} articles counted, {passage.articles / passage.seconds:,.0f} a second"
    )
    costs = [f"  {role:8} cpu {passage.us(role):7,.0f} µs an article" for role in passage.cpu]
    costs += [f"  {ended} was started again: its CPU is too low" for ended in passage.ended]
    return [head, *costs, *table(passage.looks, given.story)]


def summary(found: dict[str, Passage], asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": " ".join(["python -m tests.kafka.groups", *sys.argv[1:]]),
        "articles": asked.articles,
        "story": asked.story,
        "digests": {name: passage.digest for name, passage in found.items()},
        "cpu, µs an article": {
            name: {role: round(passage.us(role)) for role in passage.cpu} for name, passage in found.items()
        },
        "seconds": {name: round(passage.seconds, 1) for name, passage in found.items()},
        "looks": {name: [look._asdict() for look in passage.looks] for name, passage in found.items()},
    }


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kafka.groups", description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", help="an article archive; invented articles without")
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--story", type=int, default=0, help="copies of one story among them [0]")
    parser.add_argument("--per-second", type=float, default=0.0, help="articles fed [as fast as it goes]")
    parser.add_argument("--workers", type=int, default=2, help="processes of sign, range and pair each [2]")
    parser.add_argument("--warm", type=int, default=1024, help="records before it counts [1024]")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    asked = parser.parse_args(words)
    found = asyncio.run(run(asked))
    for name, passage in found.items():
        print(f"{name:8} cpu {passage.work_us():7,.0f} µs an article, digest {passage.digest[:16]}")
    same = len({passage.digest for passage in found.values()}) == 1
    print("the same bytes" if same else "OTHER BYTES")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(summary(found, asked), indent=1))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
