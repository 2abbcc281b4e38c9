"""Sizes: what a way takes at a number of articles a day: workers, memory, network, disk, time and money."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from bench.simulate.inputs import Inputs
from bench.simulate.queues import Pause, passage, quantile, waiting
from bench.simulate.river import DAY_S, busiest_day
from bench.simulate.ways import ALL, DEDUP, FOLD, GB, INGEST, PAIR, RANGE, SIGN, SPREAD, US, Stage, stages

MB = 1e6
_MONTH_DAYS = 30
_BETWEEN = frozenset({"keys", "shared keys", "signatures", "answers"})
"""What goes through the log only where stages are spread."""


class Day(NamedTuple):
    """The busiest day."""

    lag_s: float
    """That 95 of 100 articles have at most."""
    worst_s: float
    waiting: float
    """Articles at most."""
    left_over: float
    """Articles that wait when the day is over."""
    behind: str
    """The stage at which most wait."""


class Size(NamedTuple):
    way: str
    a_day: float
    stages: tuple[Stage, ...]
    peak: float
    """Articles a second."""
    live: float
    """Articles of the largest shard."""
    cores: float
    """That are busy at the busiest hour, those of the brokers with them."""
    memory_gb: float
    largest_gb: float
    """Of the worker that has most."""
    network_mb_s: float
    """At the busiest hour, all machines together."""
    disk_gb: float
    largest_disk_gb: float
    """Beside one worker; where that is all there is, with the log."""
    restore_s: float
    """Of the worker that takes longest, from an image."""
    price: float
    """A day."""

    @property
    def bottleneck(self) -> Stage:
        """The fullest of those that cannot be had in any number."""
        fixed = [stage for stage in self.stages if stage.name not in (INGEST, SIGN, PAIR)]
        return max(fixed, key=lambda stage: stage.filled(self.peak))

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)


def size(way: str, inputs: Inputs, a_day: float) -> Size:
    found, live = stages(way, inputs, a_day), inputs.live(a_day)
    peak = inputs.shape.peak * a_day / DAY_S
    split = any(stage.name in (DEDUP, FOLD) and stage.workers > 1 for stage in found)
    largest = live * (inputs.assumed.largest_shard if split else 1.0)
    written = _written(way, inputs)
    cores = US * sum(peak * stage.cost.us for stage in found)
    if way != ALL:
        cores += US * peak * inputs.assumed.broker_us_kb * written / 1e3
    memory, most = _memory(way, found, inputs, live, largest)
    network = 0.0 if way == ALL else peak * written * (inputs.assumed.replicas + 1)
    log = _log(way, inputs, a_day)
    spool = inputs.elsewhere.disk_bytes
    made = Size(
        way=way,
        a_day=a_day,
        stages=tuple(found),
        peak=peak,
        live=largest,
        cores=cores,
        memory_gb=memory / GB,
        largest_gb=most / GB,
        network_mb_s=network / MB,
        disk_gb=(log + live * spool) / GB,
        largest_disk_gb=(largest * spool + (log if way == ALL else 0.0)) / GB,
        restore_s=_restore_s(way, found, inputs, largest),
        price=0.0,
    )
    return made._replace(price=_price(made, inputs))


def day_of(found: Size, inputs: Inputs, pauses: Sequence[Pause | None] | None = None) -> Day:
    parcels = busiest_day(found.a_day, inputs.shape, inputs.assumed)
    rows = passage(parcels.at, [stage.takes(parcels) for stage in found.stages], pauses)
    lag = rows[-1] - rows[0] + inputs.assumed.hop_s * len(found.stages)
    queues = [waiting(*pair, parcels.all, parcels.at) for pair in pairwise(rows)]
    whole = waiting(rows[0], rows[-1], parcels.all, parcels.at)
    most = max(range(len(queues)), key=lambda place: float(queues[place].max()))
    return Day(
        lag_s=quantile(lag, parcels.all, 0.95),
        worst_s=float(lag.max()),
        waiting=float(whole.max()),
        left_over=float(whole[-1]),
        behind=found.stages[most].name,
    )


def _written(way: str, inputs: Inputs) -> float:
    """Bytes an article that go into the log."""
    spread = way == SPREAD
    hops = [each for name, each in inputs.costs.hop_bytes.items() if spread or name not in _BETWEEN]
    return sum(hops) / inputs.assumed.compression


def _log(way: str, inputs: Inputs, a_day: float) -> float:
    replicas = 1.0 if way == ALL else inputs.assumed.replicas
    return a_day * _written(way, inputs) * inputs.assumed.retention_days * replicas


def _memory(
    way: str, found: Sequence[Stage], inputs: Inputs, live: float, largest: float
) -> tuple[float, float]:
    """Bytes of all workers of dedup, and of the one that has most."""
    known = inputs.elsewhere
    if way != SPREAD:
        workers = sum(stage.workers for stage in found if stage.name == DEDUP) or 1
        most = largest * known.live_bytes
        return live * known.live_bytes + workers * known.fixed_bytes, known.fixed_bytes + most
    workers = sum(stage.workers for stage in found if stage.name in (SIGN, RANGE, PAIR, FOLD))
    rest = known.live_bytes - known.index_bytes
    most = max(live * known.index_bytes * _busiest_range(found), largest * rest)
    return live * known.live_bytes + workers * known.fixed_bytes, known.fixed_bytes + most


def _busiest_range(found: Sequence[Stage]) -> float:
    return next(stage.busiest for stage in found if stage.name == RANGE)


def _restore_s(way: str, found: Sequence[Stage], inputs: Inputs, largest: float) -> float:
    """By the bytes: of a shard, or where it is spread of a range or of the rest, whichever is more."""
    share = 1.0
    if way == SPREAD:
        index = inputs.elsewhere.index_bytes / inputs.elsewhere.live_bytes
        share = max(_busiest_range(found) * index, 1 - index)
    return largest * share * inputs.elsewhere.restore_image_us * US


def _price(found: Size, inputs: Inputs) -> float:
    prices = inputs.assumed
    cores = ceil(found.cores / prices.fill) * prices.core_hour
    moved = found.network_mb_s * MB / GB * DAY_S / inputs.shape.peak
    return (
        24 * (cores + found.memory_gb * prices.gb_hour)
        + found.disk_gb * prices.disk_gb_month / _MONTH_DAYS
        + moved * prices.transfer_gb
    )
