"""Ways: the stages of each way to run, with what an article costs in them and how many workers share that."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from bench.simulate.inputs import Inputs
from bench.simulate.river import DAY_S, Figures, Parcels
from services.contracts.topics import SHARD_COUNT

INGEST, SIGN, RANGE, PAIR, FOLD, DEDUP, ENRICH = "ingest", "sign", "range", "pair", "fold", "dedup", "enrich"
ONE = "process"
"""The stage that is all of them."""
ALL, SERVICES, SHARDS, SPREAD = "run all", "a process a service", "a shard a language", "spread"
WAYS = (ALL, SERVICES, SHARDS, SPREAD)
US, GB = 1e-6, 1e9


class Cost(NamedTuple):
    """CPU of an article in µs; of a story's copy: of the first, and more for each copy before it."""

    us: float
    first: float = 0.0
    more: float = 0.0

    def plus(self, other: "Cost") -> "Cost":
        return Cost(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def times(self, factor: float) -> "Cost":
        return Cost(*(factor * each for each in self))


class Stage(NamedTuple):
    name: str
    cost: Cost
    workers: float
    busiest: float
    """Share of the work that the busiest worker has: the others wait for it."""
    ease: str = ""
    """By what of a text its cost varies: words or looks."""
    story: float = 0.0
    """Share of one story's work that one worker has at least; 0 where it is shared out as all else."""

    def takes(self, parcels: Parcels) -> Figures:
        """Seconds a parcel."""
        ease = getattr(parcels, self.ease) if self.ease else 1.0
        copies = parcels.copies * (self.cost.first + self.cost.more * (parcels.before + parcels.copies / 2))
        common = parcels.articles * ease * self.cost.us
        found: Figures = US * (common * self.busiest + copies * max(self.busiest, self.story))
        return found

    def filled(self, rate: float) -> float:
        """Share of the busiest worker's time, at so many articles a second."""
        return rate * self.cost.us * US * self.busiest


def stages(way: str, inputs: Inputs, a_day: float) -> list[Stage]:
    """Workers as many as are needed where any number can be had."""
    peak = inputs.shape.peak * a_day / DAY_S
    rate = _Rate(inputs, peak)
    apart = inputs.live(a_day) > inputs.most_live
    grown = inputs.grown(inputs.live(a_day))
    shard = inputs.assumed.largest_shard
    pages = rate.enough(INGEST, _ingest(inputs))
    dedup, enrich = _cost(inputs, DEDUP).times(grown), _cost(inputs, ENRICH)
    if way == ALL:
        log = inputs.elsewhere.log_us
        whole = dedup.plus(enrich).plus(Cost(log, log))
        return [pages, Stage(ONE, whole, 1, 1 / inputs.elsewhere.second_core, "looks")]
    if way == SERVICES:
        return [pages, Stage(DEDUP, dedup, 1, 1.0, "looks"), Stage(ENRICH, enrich, 1, 1.0)]
    if way == SHARDS:
        return [
            pages,
            Stage(DEDUP, dedup, SHARD_COUNT, shard, "looks", story=1.0),
            Stage(ENRICH, enrich, SHARD_COUNT, shard, story=1.0),
        ]
    state_gb = inputs.live(a_day) * inputs.elsewhere.index_bytes / GB
    gb = min(inputs.assumed.fill * inputs.assumed.machine_gb, _restored_gb(inputs))
    pair = rate.enough(PAIR, _cost(inputs, PAIR).times(grown))._replace(ease="looks")
    return [
        pages,
        rate.enough(SIGN, _cost(inputs, SIGN))._replace(ease="words"),
        rate.ranges(_cost(inputs, RANGE).times(grown), state_gb, gb),
        pair,
        rate.shards(FOLD, _cost(inputs, FOLD).times(grown), shard, apart),
        rate.shards(ENRICH, enrich, shard, apart),
    ]


class _Rate:
    """How many workers a stage is given for a rate of articles."""

    def __init__(self, inputs: Inputs, rate: float) -> None:
        self._rate, self._fill = rate, inputs.assumed.fill
        self._groups = np.asarray(inputs.costs.key_shares)

    def enough(self, name: str, cost: Cost) -> Stage:
        workers = max(1, ceil(self._rate * cost.us * US / self._fill))
        return Stage(name, cost, workers, 1 / workers)

    def ranges(self, cost: Cost, state_gb: float, gb: float) -> Stage:
        """As many as share out the key groups evenly, and hold the state in `gb` each."""
        for workers in _halvings(len(self._groups)):
            stage = Stage(RANGE, cost, workers, busiest(self._groups, workers))
            if stage.filled(self._rate) <= self._fill and stage.busiest * state_gb <= gb:
                break
        return stage

    def shards(self, name: str, cost: Cost, largest: float, apart: bool) -> Stage:
        """One, or one a language group where one would not do."""
        one = Stage(name, cost, 1, 1.0)
        if one.filled(self._rate) <= self._fill and not apart:
            return one
        return Stage(name, cost, SHARD_COUNT, largest, story=1.0)


def _halvings(most: int) -> list[int]:
    return [1 << power for power in range(most.bit_length())]


def busiest(groups: Sequence[float] | Figures, workers: int) -> float:
    """Share of the keys that the busiest worker has; twice as many workers never make it more."""
    return float(np.asarray(groups).reshape(workers, -1).sum(axis=1).max())


def _restored_gb(inputs: Inputs) -> float:
    """What can be restored in the time that is given for it."""
    each_s = inputs.elsewhere.restore_image_us * US / inputs.elsewhere.live_bytes
    return inputs.assumed.restore_s / each_s / GB


def _ingest(inputs: Inputs) -> Cost:
    each = inputs.elsewhere.ingest_us + inputs.assumed.pages * inputs.elsewhere.page_us
    return Cost(each, each)


def _cost(inputs: Inputs, name: str) -> Cost:
    return Cost(inputs.costs.stage_us[name], *inputs.costs.story_us[name])
