"""Dedup by one process and spread over its roles: the same bytes, and the CPU of each role.

    python -m bench.spread ARCHIVE [--articles 2000]

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
from bench.refold import fold, perturbed
from bench.shard import BATCH, Shard, by_shard
from services.console.tuning import tuned
from services.contracts.topics import EVERY
from services.dedup import kernels
from services.dedup.roles import ROLES
from services.dedup.settings import DedupSettings
from services.dedup.spread.stages import stage
from services.stream.bus import Output, Partition, Record
from services.stream.service import Service, Task

Lane = tuple[str, int]
"""A role and a partition number."""


class Relay:
    """The roles in turn, each number as far as its input reaches."""

    def __init__(self, records: Sequence[Record]) -> None:
        settings = DedupSettings()
        self._services: dict[str, Service] = {role: stage(role, settings) for role in ROLES}
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
        while sum(self._turn(role) for role in ROLES):
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
        if role == "fold":
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
    asked = options.parse_args()
    count = asked.articles
    ((_, records),) = by_shard(list(islice(perturbed(read_articles(asked.archive)), count))).items()
    tuned()
    kernels.use(now=True)
    fold(records[:BATCH])  # what is made once
    Relay(records[:BATCH]).run()
    one, one_cpu = fold(records)
    relay = Relay(records)
    digest = relay.run()
    again, again_cpu = fold(records)
    assert one == again
    print(f"{count:,} articles: {'the same bytes' if digest == one else 'OTHER BYTES'}")
    alone = min(one_cpu.cpu_s, again_cpu.cpu_s)
    rows = {"one process": alone, "spread": sum(relay.cpu_s.values()), **relay.cpu_s}
    for name, cpu_s in rows.items():
        print(f"{name:12} cpu {1e6 * cpu_s / count:6,.0f} µs an article")
    for topic, size in sorted(relay.bytes.items()):
        print(f"{topic:12} {size / count:8,.0f} bytes an article")
    raise SystemExit(digest != one)


if __name__ == "__main__":
    main()
