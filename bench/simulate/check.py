"""Check: what is simulated beside what is measured, on articles that gave no costs."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bench.shard import BATCH, records_of
from bench.simulate.inputs import Check, Inputs
from bench.simulate.queues import leave, quantile
from bench.simulate.river import Figures
from bench.simulate.ways import DEDUP, FOLD, US
from services.contracts.articles import Article
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings

LOAD = 0.85
"""Of what one process can do, on the mean of the run; its middle third brings twice as much as it can do."""


class Run(NamedTuple):
    """Articles that dedup really took, by a clock that stands while nothing is worked on."""

    cpu_s: float
    lag_s: float


def checks(inputs: Inputs, articles: Sequence[Article]) -> Iterator[Check]:
    """A cost is told by the length of the texts alone."""
    words = sum(len(article.text.split()) for article in articles) / len(articles)
    expected = US * inputs.costs.stage_us[DEDUP] * words / inputs.costs.words
    flood, paced = np.zeros(len(articles)), arrivals(len(articles), expected)
    yield Check(
        what=f"dedup, one process, {len(articles):,} other articles, in full steps",
        unit="µs an article",
        predicted=expected / US,
        measured=_best(articles, flood).cpu_s / len(articles) / US,
    )
    found = _best(articles, paced)
    left = leave(paced, np.full(len(paced), expected))
    yield Check(
        what="the same in steps as they come, a third at twice the pace it can keep",
        unit="µs an article",
        predicted=expected / US,
        measured=found.cpu_s / len(articles) / US,
    )
    yield Check(
        what="of these the lag of 95 of 100",
        unit="s",
        predicted=quantile(left - paced, np.ones(len(paced)), 0.95),
        measured=found.lag_s,
    )
    yield from recorded_checks(inputs)


def _best(articles: Sequence[Article], at: Figures) -> Run:
    return Run(*map(min, zip(*(run(articles, at) for _ in range(2)), strict=True)))


def recorded_checks(inputs: Inputs) -> Iterator[Check]:
    """Against runs of other commands."""
    known = inputs.elsewhere
    worked = US * known.replayed * known.budget_us
    for cores, measured in enumerate(known.replayed_s, start=1):
        yield Check(
            what=f"`newsfold replay` of {known.replayed:,} articles, {cores} core{'s'[: cores - 1]}",
            unit="s",
            predicted=known.start_s + worked / (known.second_core if cores == 2 else 1),
            measured=measured,
        )
    yield Check(
        what=f"dedup, one process, with {known.grown_to:,.0f} live articles (`bench.live`)",
        unit="µs an article",
        predicted=inputs.costs.stage_us[DEDUP] * inputs.grown(known.grown_to),
        measured=known.grown_us,
    )
    yield Check(
        what="fold that is told, beside dedup in one process (`bench.refold`)",
        unit="share",
        predicted=inputs.costs.stage_us[FOLD] / inputs.costs.stage_us[DEDUP],
        measured=known.told_share,
    )


def arrivals(count: int, each_s: float) -> Figures:
    """Times of coming: evenly, but for a third that comes at twice the pace that `each_s` allows."""
    peak = count // 3
    calm = 1.5 * each_s / LOAD
    gaps = np.full(count, calm)
    gaps[peak : 2 * peak] = each_s / 2
    found: Figures = np.cumsum(gaps)
    return found


def run(articles: Sequence[Article], at: Figures) -> Run:
    """A step takes what has come by then, and lets time pass by the CPU it took."""
    task, now, spent, taken = DedupTask(0, DedupSettings()), 0.0, 0.0, 0
    lags: list[float] = []
    offset = 0
    while taken < len(articles):
        now = max(now, float(at[taken]))
        stop = min(int(np.searchsorted(at, now, side="right")), taken + BATCH)
        records = records_of(articles[taken:stop], 0, first=offset)
        began = time.process_time()
        task.step(records)
        took = time.process_time() - began
        now, spent = now + took, spent + took
        lags += [now - come for come in at[taken:stop].tolist()]
        offset, taken = offset + len(records), stop
    return Run(spent, quantile(np.array(lags), np.ones(len(lags)), 0.95))
