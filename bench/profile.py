"""Where the time of a stage goes: `python -m bench.profile [ARCHIVE] [--stage enrich] [--functions N]`.

Encoded records in, encoded records out, no bus; microseconds of CPU an article, by part of the stage (dedup
unless said) and by function. What the stage costs is of a run by itself; its shares are of a second one, in
which a thousand samples a second of CPU are taken. What numpy, msgspec and the kernels do counts where they
are called. Without an archive it reads the German press copy.
"""

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
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


class Input(NamedTuple):
    """What a new task of a shard takes."""

    task: Callable[[], Task]
    records: list[Record]


class Profile(NamedTuple):
    """What a run cost, and where the samples of another one were taken."""

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
    spent = _taken(inputs)
    _forget()
    return Profile(1e6 * spent / max(1, len(articles)), *_sampled(inputs))


def _taken(inputs: Sequence[Input]) -> float:
    """Seconds of CPU that new tasks take for it."""
    began = time.process_time()
    for one in inputs:
        task = one.task()
        for start in range(0, len(one.records), BATCH):
            task.step(one.records[start : start + BATCH])
    return time.process_time() - began


def _sampled(inputs: Sequence[Input]) -> tuple[Counter[Place], Counter[Place]]:
    own: Counter[Place] = Counter()
    within: Counter[Place] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        stack = list(_ours(frame))
        if stack:
            own[stack[0]] += 1
            within.update(set(stack))

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    try:
        _taken(inputs)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return own, within


def _forget() -> None:
    """What functions of ours remember of texts, but no tables: a second run begins as the first one did."""
    for module in [module for name, module in sys.modules.items() if name.startswith(_OURS)]:
        for function in vars(module).values():
            if hasattr(function, "cache_parameters") and (function.cache_parameters()["maxsize"] or 1) > 1:
                function.cache_clear()


def _read(articles: Sequence[Article]) -> list[Input]:
    """By shard: what decides, and what ingest published."""
    return [Input(partial(_decider, number), records) for number, records in by_shard(articles).items()]


def _decider(number: int) -> Task:
    return Shard(number).task


def _decided(articles: Sequence[Article]) -> list[Input]:
    """By shard: what tells the stories, and what dedup published."""
    found: list[Input] = []
    for number, one in enumerate(_read(articles)):
        task = one.task()
        outputs = [
            output
            for start in range(0, len(one.records), BATCH)
            for output in task.step(one.records[start : start + BATCH]).outputs
            if output.partition.topic == "clusters"
        ]
        clusters = [
            Record(out.partition, offset, out.key, out.value, out.headers, out.timestamp_us)
            for offset, out in enumerate(outputs)
        ]
        found.append(Input(partial(EnrichService().task, number), clusters))
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
