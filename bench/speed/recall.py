"""Recall of the candidates under several hash seeds, against every pair of the articles."""

import time
from collections.abc import Iterator, Sequence
from statistics import fmean

from bench.speed.contender import Contender, Numbered
from bench.speed.newsfold import Candidates
from bench.speed.peers.rensa_index import Rensa
from bench.speed.peers.sketch import Datasketch
from bench.speed.race import DATASKETCH, SEARCH, Pair, pairs_of, share_of
from bench.speed.river import base
from bench.speed.row import Asked, Row

SEEDS = (1, 2, 3, 4, 5)
JUDGED = 4_000
BUSY_S = 40.0
"""Of one contender; he has as many seeds as go in."""


def rows(asked: Asked) -> Iterator[Row]:
    articles = base(asked).articles[: min(JUDGED, asked.articles)]
    block = [Numbered(number, article) for number, article in enumerate(articles)]
    pairs = pairs_of(articles)
    found: dict[str, list[tuple[float, float]]] = {}
    for name, kind in ((SEARCH, Candidates), (DATASKETCH, Datasketch), ("rensa", Rensa)):
        began = time.monotonic()
        found[name] = []
        for seed in SEEDS:
            if time.monotonic() - began < BUSY_S:
                named = candidates_of(kind(seed), block)
                found[name].append((share_of(pairs.alike, named), share_of(pairs.contained, named)))
    yield Row(
        key="recall",
        title="Recall of candidates",
        how=f"{len(articles):,} articles as they are; {len(pairs.alike):,} pairs with J ≥ .5 and "
        f"{len(pairs.contained):,} with C ≥ .5, found by brute force; mean and lowest of the seeds.",
        head=("", "J≥.5", "lowest", "C≥.5", "lowest", "seeds"),
        lines=tuple((name, *_columns(each), len(each)) for name, each in found.items()),
        ratios={"J≥.5": min(alike for alike, _ in found[SEARCH]), "C≥.5": min(c for _, c in found[SEARCH])},
    )


def candidates_of(contender: Contender, block: Sequence[Numbered]) -> set[Pair]:
    contender.prepare(block)
    contender.take()
    return {
        (min(one.number, other), max(one.number, other))
        for one in contender.found()
        for other in one.candidates
    }


def _columns(each: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    columns = list(zip(*each, strict=True))
    return tuple(round(figure, 4) for column in columns for figure in (fmean(column), min(column)))
