"""Dedup by one process and spread over its roles: the same bytes, and the CPU of each role.

    python -m bench.spread ARCHIVE [--articles 2000] [--rounds 3]

One after the other in one process, without a bus: what is encoded, decoded and worked on counts, transactions
and brokers do not. An archive is copied as `bench.refold` copies it.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bench.archive import read_articles
from bench.refold import perturbed
from bench.shard import BATCH, Shard, by_shard
from services.console.tuning import tuned
from services.contracts.topics import EVERY
from services.dedup import kernels
from services.dedup.roles import ROLES
from services.dedup.service import DedupService
from services.dedup.settings import DedupSettings
from services.dedup.spread.stages import stage
from services.stream.bus import Output, Partition, Record
from services.stream.service import Service, Task

Lane = tuple[str, int]
"""A role and a partition number."""


def one_process() -> dict[str, Service]:
    return {"dedup": DedupService()}


def spread() -> dict[str, Service]:
    return {role: stage(role, DedupSettings()) for role in ROLES}


class Relay:
    """Services in turn, each number as far as its input reaches. Of each only its own steps are measured."""

    def __init__(self, services: dict[str, Service], records: Sequence[Record]) -> None:
        self._services = services
        self._tasks: dict[Lane, Task] = {}
        self._log: defaultdict[Partition, list[Record]] = defaultdict(list)
        self._log[Partition("articles", 0)] = list(records)
        self._taken: defaultdict[tuple[str, Partition], int] = defaultdict(int)
        self.shard = Shard(0)
        self.cpu_s: defaultdict[str, float] = defaultdict(float)
        self.bytes: defaultdict[str, int] = defaultdict(int)
        """By topic."""

    def run(self) -> str:
        """The digest of all that is published and kept."""
        while sum(self._turn(role) for role in self._services):
            pass
        return self.shard.decided().digest

    def _turn(self, role: str) -> int:
        numbers = range(EVERY[self._services[role].inputs[0]].partitions)
        return sum(self._step((role, number)) for number in numbers)

    def _step(self, lane: Lane) -> bool:
        records = list(self._next(lane))
        if not records:
            return False
        role, number = lane
        begun = time.process_time()
        if lane not in self._tasks:
            self._tasks[lane] = self._services[role].task(number)
        step = self._tasks[lane].step(records)
        self.cpu_s[role] += time.process_time() - begun
        for output in step.outputs:
            self._append(output)
        if role in {"fold", "dedup"}:
            self.shard.keep(step)
        return True

    def _next(self, lane: Lane) -> Iterator[Record]:
        role, number = lane
        for topic in self._services[role].inputs:
            partition = Partition(topic, number)
            start = self._taken[role, partition]
            found = self._log[partition][start : start + BATCH]
            self._taken[role, partition] += len(found)
            yield from found

    def _append(self, output: Output) -> None:
        topic = output.partition.topic
        self.bytes[topic] += len(output.value or b"")
        if EVERY[topic].compact or topic == "relations":
            return
        log = self._log[output.partition]
        key, value = output.key, output.value
        log.append(Record(output.partition, len(log), key, value, output.headers, output.timestamp_us))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("archive", type=Path)
    options.add_argument("--articles", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=3, help="of which the least CPU counts, by role")
    asked = options.parse_args()
    count = asked.articles
    ((_, records),) = by_shard(list(islice(perturbed(read_articles(asked.archive)), count))).items()
    tuned()
    kernels.use(now=True)
    for services in (one_process, spread):  # what is made once
        Relay(services(), records[:BATCH]).run()
    digests, cpu_s = set[str](), defaultdict[str, list[float]](list)
    for services in [one_process, spread] * asked.rounds:
        relay = Relay(services(), records)
        digests.add(relay.run())
        for role, taken_s in relay.cpu_s.items():
            cpu_s[role].append(taken_s)
    print(f"{count:,} articles: {'the same bytes' if len(digests) == 1 else 'OTHER BYTES'}")
    least = {role: min(taken_s) for role, taken_s in cpu_s.items()}
    alone = least.pop("dedup")
    for name, least_s in {"one process": alone, "spread": sum(least.values()), **least}.items():
        print(f"{name:12} cpu {1e6 * least_s / count:6,.0f} µs an article")
    for topic, size in sorted(relay.bytes.items()):
        print(f"{topic:12} {size / count:8,.0f} bytes an article")
    raise SystemExit(len(digests) != 1)


if __name__ == "__main__":
    main()
