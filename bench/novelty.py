"""Whether new text is known as new, and worn text as worn, whatever the traffic: `python -m bench.novelty`.

Thirty days of articles of one shard, each of shingles that never come again and of one paragraph of some
dozens that outlets print for weeks. Then the day behind them: of texts that nobody ever wrote the share that
is told as worn, and of the paragraphs the share that is; where a part of all shingles is counted, an end of
one may be missed. Beside that which part is counted, memory, and the CPU of an article and of a new day.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.search.novelty import Novelty
from services.dedup.settings import DedupSettings
from services.dedup.text.shingles import Hashes, mix, numbered

A_DAY = (50, 300, 1_000, 3_000, 10_000, 30_000)
SHINGLES = 500
"""Distinct ones of five words that an article of the press has."""
PARAGRAPH = 60
PARAGRAPHS = 40
ASKED = 400
"""Articles of the last day."""
_AT_ONCE = 256
_BEGINNING = 2
"""Days."""


class Told(NamedTuple):
    a_day: int
    level: int
    false_stale: float
    """Share of the shingles of new texts that is told as worn."""
    worn_told: float
    """Share of the shingles of worn paragraphs, in texts that are new beside them."""
    nbytes: int
    add_us: float
    ask_us: float
    roll_ms: float
    """The longest roll to a new day, once there is one to expect the next from."""


class River:
    """Articles as their shingles, in text order."""

    def __init__(self) -> None:
        self._draw = np.random.default_rng(1)
        self._paragraphs = mix(np.arange(PARAGRAPHS * PARAGRAPH, dtype=np.uint64)).reshape(PARAGRAPHS, -1)

    def block(self, count: int) -> Hashes:
        """A row an article: new text, and a paragraph behind its first third."""
        texts = self.new(count)
        third = SHINGLES // 3
        chosen = self._draw.integers(0, PARAGRAPHS, count)
        texts[:, third : third + PARAGRAPH] = self._paragraphs[chosen]
        return texts

    def new(self, count: int) -> Hashes:
        return self._draw.integers(0, 2**64, (count, SHINGLES), np.uint64)


def measure(a_day: int, settings: DedupSettings) -> Told:
    novelty = Novelty(days=settings.novelty_days, bits=settings.novelty_bits)
    river = River()
    add_s, roll_s = 0.0, 0.0
    for day in range(settings.novelty_days + 1):
        began = time.process_time()
        novelty.advance(day)
        if day > _BEGINNING:
            roll_s = max(roll_s, time.process_time() - began)
        for start in range(0, 0 if day == settings.novelty_days else a_day, _AT_ONCE):
            block = river.block(min(_AT_ONCE, a_day - start))
            began = time.process_time()
            for article in block:
                novelty.add(day, article)
            add_s += time.process_time() - began
    nbytes = novelty.nbytes()
    least, worn = settings.novelty_least, slice(SHINGLES // 3, SHINGLES // 3 + PARAGRAPH)
    stale, ask_s = _stale(novelty, river.new(ASKED), least)
    with_paragraphs, _ = _stale(novelty, river.block(ASKED), least)
    return Told(
        a_day,
        novelty.level,
        float(stale.mean()),
        float(with_paragraphs[:, worn].mean()),
        nbytes,
        1e6 * add_s / (a_day * settings.novelty_days),
        1e6 * ask_s / ASKED,
        1e3 * roll_s,
    )


def _stale(novelty: Novelty, texts: Hashes, least: int) -> tuple[npt.NDArray[np.bool_], float]:
    """For each shingle of texts in their order whether it is told as worn; and CPU seconds of asking."""
    told, spent = [], 0.0
    for text in texts:
        unique, numbers = numbered(text)
        began = time.process_time()
        days = novelty.days(unique, numbers)
        spent += time.process_time() - began
        told.append(days[numbers] >= least)
    return np.array(told), spent


def table(found: Sequence[Told], days: int) -> str:
    head = (
        "| articles a day | counted | new text told as worn | worn text told as worn | MiB "
        "| B a live article | add, µs | ask, µs | worst roll, ms |"
    )
    rows = [
        f"| {one.a_day:,} | 1 in {1 << one.level} | {one.false_stale:.2%} | {one.worn_told:.1%} "
        f"| {one.nbytes / (1 << 20):.1f} | {one.nbytes / (one.a_day * days):,.0f} "
        f"| {one.add_us:.1f} | {one.ask_us:.1f} | {one.roll_ms:.1f} |"
        for one in found
    ]
    return "\n".join([head, "|" + "---:|" * 9, *rows])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.novelty", description=__doc__)
    parser.add_argument("--a-day", type=int, nargs="+", default=A_DAY, help="articles a day and shard")
    asked = parser.parse_args(arguments)
    settings = DedupSettings()
    kernels.use(now=True)
    kernels.load()
    print(table([measure(a_day, settings) for a_day in asked.a_day], settings.novelty_days))
    return 0


if __name__ == "__main__":
    sys.exit(main())
