"""What the candidate index costs: time and memory of a version, by how many are live.

`python -m bench.candidates [--live N ...] [--keys N]`. Keys are drawn at random; of every three versions
one shares half of its keys with one of the last thousands. Each size is measured in a process of its own:
versions are put in until so many are live, then found and put in one at a time and in batches, then a day
of thirty is evicted. Times are of the CPU, so that others on the machine count little; the worst is what
the longest call took. Bytes are resident memory.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bench.footprint import resident
from services.dedup import kernels
from services.dedup.search.index import RangeIndex
from services.dedup.search.route import Block, Entry, block, route
from services.dedup.text.shingles import Hashes

LIVE = (10_000, 100_000, 1_000_000)
KEYS = 90
BATCH = 64
FILL = 256
SINGLE, BATCHES = 10_000, 500
DAYS = 30
_DAY_US = 86_400_000_000
_RECENT = 4096
_FROM_RECENT = 3
_SEED = 1


class Times(NamedTuple):
    """Of one version, in µs, but for the last."""

    mean: float
    p50: float
    p99: float
    worst_ms: float
    """Of one call."""


class Cost(NamedTuple):
    live: int
    each: float
    """Resident bytes of a version."""
    single: Times
    batches: Times
    evict_ms: float
    """Of a day's versions."""


class Stream:
    """Versions as they come, numbered."""

    def __init__(self, keys: int) -> None:
        self._draw = np.random.default_rng(_SEED)
        self._keys = keys
        self._recent = self._draw.integers(0, 2**64, (_RECENT, keys), np.uint64)
        self.next = 0

    def take(self, count: int) -> Block:
        entries = []
        for keys in self._drawn(count):
            entries.append(Entry(self.next, self.next, keys))
            self.next += 1
        return route(block("bench", self.next, entries), 1)[0]

    def _drawn(self, count: int) -> Iterator[Hashes]:
        drawn = self._draw.integers(0, 2**64, (count, self._keys), np.uint64)
        for i, keys in enumerate(drawn):
            if i % _FROM_RECENT == 0:
                half = self._keys // 2
                keys[:half] = self._recent[self._draw.integers(0, _RECENT), :half]
            self._recent[self.next % _RECENT] = keys
            yield np.sort(keys)


def measure(live: int, keys: int) -> Cost:
    kernels.use(now=True)
    index, stream = RangeIndex(window_us=DAYS * _DAY_US), Stream(keys)
    index.insert(stream.take(1))
    before = resident()
    while stream.next < live:
        index.insert(stream.take(min(FILL, live - stream.next)))
    each = (resident() - before) / live
    single = timed(index, stream, SINGLE, 1)
    batches = timed(index, stream, BATCHES, BATCH)
    begin = time.thread_time()
    index.evict(np.arange(live // DAYS, dtype=np.int64))
    return Cost(live, each, single, batches, 1e3 * (time.thread_time() - begin))


def timed(index: RangeIndex, stream: Stream, calls: int, size: int) -> Times:
    spent = []
    for _ in range(calls):
        taken = stream.take(size)
        begin = time.thread_time()
        index.probe_insert(taken)
        spent.append(time.thread_time() - begin)
        index.forget_blocks("bench", stream.next + 1)
    spent.sort()
    mean, p50, p99 = (
        1e6 * each / size for each in (sum(spent) / calls, spent[calls // 2], spent[calls * 99 // 100])
    )
    return Times(mean, p50, p99, 1e3 * spent[-1])


def table(costs: Sequence[Cost], keys: int) -> str:
    lines = [
        f"{keys} keys a version; µs to find and put in one version, CPU; worst and eviction in ms",
        f"{'':17} | {'one at a time':^29} | {f'{BATCH} at once':^29} |",
        f"{'live':>9} {'bytes':>7} |{_HEAD} |{_HEAD} | evict a day",
    ]
    for cost in costs:
        head = f"{cost.live:9,} {cost.each:7,.0f}"
        lines.append(f"{head} |{_row(cost.single)} |{_row(cost.batches)} | {cost.evict_ms:11.2f}")
    first, last = costs[0], costs[-1]
    lines.append(
        f"growth from {first.live:,} to {last.live:,} live: one at a time "
        f"{last.single.p50 / first.single.p50:.2f} × by the median, "
        f"{last.single.mean / first.single.mean:.2f} × by the mean; "
        f"{BATCH} at once {last.batches.mean / first.batches.mean:.2f} × by the mean"
    )
    return "\n".join(lines)


_HEAD = f"{'mean':>7} {'p50':>6} {'p99':>6} {'worst':>7}"


def _row(times: Times) -> str:
    return f"{times.mean:7.1f} {times.p50:6.1f} {times.p99:6.1f} {times.worst_ms:7.2f}"


def in_own_process(live: int, keys: int) -> Cost:
    child = [sys.executable, "-m", "bench.candidates", "--live", str(live), "--keys", str(keys), "--json"]
    done = subprocess.run(child, capture_output=True, text=True, check=True)
    live, each, single, batches, evict_ms = json.loads(done.stdout)
    return Cost(live, each, Times(*single), Times(*batches), evict_ms)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.candidates", description=__doc__)
    parser.add_argument("--live", type=int, nargs="+", default=LIVE, help="live versions, ascending")
    parser.add_argument("--keys", type=int, default=KEYS, help="keys a version")
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.json:
        print(json.dumps(measure(asked.live[0], asked.keys)))
        return 0
    print(table([in_own_process(live, asked.keys) for live in asked.live], asked.keys))
    return 0


if __name__ == "__main__":
    sys.exit(main())
