"""Where the time of a stage goes: `python -m bench.profile [ARCHIVE] [--stage enrich] [--functions N]`.

Encoded records in, encoded records out, no bus; microseconds of CPU an article, by part of the stage (dedup
unless said) and by function, from a thousand samples a second of CPU. What numpy, msgspec and the kernels
do counts where they are called. Without an archive it reads the German press copy.
"""

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from bench.archive import read_articles
from bench.press import Missing, press_data
from bench.shard import BATCH, Shard, by_shard
from services.console.tuning import tuned
from services.contracts.articles import Article
from services.dedup import kernels as dedup_kernels
from services.enrich import kernels as enrich_kernels
from services.enrich.service import EnrichService
from services.stream.bus import Record
from services.stream.service import Task

_EVERY_S = 0.001
_FUNCTIONS = 30
_OURS = "services."
_STAGES = ("dedup", "enrich")


class Place(NamedTuple):
    """A function of ours."""

    module: str
    name: str


class Profile(NamedTuple):
    """Where the samples of one run were taken."""

    us: float
    """Microseconds of CPU an article, in all."""
    own: Counter[Place]
    """Samples whose innermost function of ours it was."""
    within: Counter[Place]
    """Samples taken in it and in what it calls."""

    def rows(self, most: int) -> Iterator[str]:
        """First by part, then by function."""
        us = self.us / max(1, sum(self.own.values()))
        parts: Counter[str] = Counter()
        for place, count in self.own.items():
            parts[part_of(place.module)] += count
        yield f"{'µs an article':>14}  part"
        yield from (f"{count * us:14.1f}  {part}" for part, count in parts.most_common())
        yield f"{self.us:14.1f}  all"
        yield f"\n{'own µs':>8} {'within':>8}  function"
        for place, count in self.own.most_common(most):
            yield f"{count * us:8.1f} {self.within[place] * us:8.1f}  {place.module}.{place.name}"


def part_of(module: str) -> str:
    """The package of a stage, or the module where it is in none; `contracts` is the encoding of records."""
    names = module.removeprefix(_OURS).split(".")
    return names[1] if names[0] in _STAGES and len(names) > 1 else names[0]


def profile(articles: Sequence[Article], stage: str = "dedup") -> Profile:
    """Of taking the articles through the stage, as a service is set, with the kernels loaded."""
    for kernels in (dedup_kernels, enrich_kernels):
        kernels.use(now=True)
        kernels.load()
    inputs = _decided(articles) if stage == "enrich" else _read(articles)
    tuned()
    own: Counter[Place] = Counter()
    within: Counter[Place] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        stack = list(_ours(frame))
        if stack:
            own[stack[0]] += 1
            within.update(set(stack))

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    began = time.process_time()
    try:
        for task, records in inputs:
            for start in range(0, len(records), BATCH):
                task.step(records[start : start + BATCH])
    finally:
        spent = time.process_time() - began
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return Profile(1e6 * spent / max(1, len(articles)), own, within)


def _read(articles: Sequence[Article]) -> list[tuple[Task, list[Record]]]:
    """By shard: what decides, and what ingest published."""
    return [(Shard(number).task, records) for number, records in by_shard(articles).items()]


def _decided(articles: Sequence[Article]) -> list[tuple[Task, list[Record]]]:
    """By shard: what tells the stories, and what dedup published."""
    found: list[tuple[Task, list[Record]]] = []
    for number, (task, records) in enumerate(_read(articles)):
        outputs = [
            output
            for start in range(0, len(records), BATCH)
            for output in task.step(records[start : start + BATCH]).outputs
            if output.partition.topic == "clusters"
        ]
        clusters = [
            Record(one.partition, offset, one.key, one.value, one.headers, one.timestamp_us)
            for offset, one in enumerate(outputs)
        ]
        found.append((EnrichService().task(number), clusters))
    return found


def _ours(frame: FrameType | None) -> Iterator[Place]:
    """Functions of ours on the stack, the innermost first."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(_OURS):
            yield Place(module, frame.f_code.co_name)
        frame = frame.f_back


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", help="article archive; the German press without it")
    parser.add_argument("--stage", choices=_STAGES, default="dedup")
    parser.add_argument("--functions", type=int, default=_FUNCTIONS, help="how many to list")
    asked = parser.parse_args(arguments)
    try:
        archive = asked.archive or press_data() / "de-press" / "articles.jsonl.gz"
    except Missing as missing:
        print(f"bench.profile: {missing}", file=sys.stderr)
        return 2
    print("\n".join(profile(read_articles(archive), asked.stage).rows(asked.functions)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
