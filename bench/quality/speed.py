"""The whole dedup stage against the tutorial use of datasketch: the same articles, turn by turn, one core.

Newsfold: encoded records into `DedupTask.step`, encoded records out, relations with their passages,
stories and changelog included. datasketch: text into shingles, a signature, a query and an insert.
CPU time of the process, so that what else the machine does counts for neither.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple, TypeVar

from bench.shard import BATCH, Decided, Shard, by_shard, together
from bench.tutorial import Taken, Tutorial
from services.contracts.articles import Article
from services.stream.bus import Record

TURNS = 24
T = TypeVar("T")


class Race(NamedTuple):
    newsfold_us: float
    """CPU microseconds an article, median of the turns."""
    datasketch_us: float
    decided: Decided
    taken: dict[str, Taken]

    @property
    def ratio(self) -> float:
        return self.datasketch_us / self.newsfold_us


def race(articles: Sequence[Article]) -> Race:
    """`articles` in order of first sight."""
    turns = min(TURNS, len(articles))
    inputs = by_shard(articles)
    shards = {number: Shard(number) for number in inputs}
    pieces = {number: list(_pieces(records, turns)) for number, records in inputs.items()}
    index = Tutorial()
    taken: dict[str, Taken] = {}
    ours, theirs = [], []
    for turn, block in enumerate(_pieces(articles, turns)):
        spent = sum(_step(shard, pieces[number][turn]) for number, shard in shards.items())
        ours.append(spent / len(block))
        began = time.process_time()
        found = [index.take(article.url, article.text) for article in block]
        theirs.append((time.process_time() - began) / len(block))
        taken.update(zip((article.url for article in block), found, strict=True))
    decided = together([shard.decided() for shard in shards.values()])
    return Race(1e6 * median(ours), 1e6 * median(theirs), decided, taken)


def _step(shard: Shard, records: Sequence[Record]) -> float:
    """CPU seconds of the task; what it published is kept outside of the time."""
    spent = 0.0
    for start in range(0, len(records), BATCH):
        began = time.process_time()
        step = shard.task.step(records[start : start + BATCH])
        spent += time.process_time() - began
        shard.keep(step)
    return spent


def _pieces(items: Sequence[T], count: int) -> Iterator[Sequence[T]]:
    borders = [len(items) * turn // count for turn in range(count + 1)]
    return (items[begin:end] for begin, end in pairwise(borders))
