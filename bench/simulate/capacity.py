"""Capacity: what so many workers of a stage carry, each stage by itself."""

from bench.simulate.inputs import Inputs
from bench.simulate.river import DAY_S
from bench.simulate.sizes import size
from bench.simulate.table import count, table
from bench.simulate.ways import ENRICH, FOLD, PAIR, RANGE, SIGN, SPREAD, US, busiest
from services.contracts.topics import SHARD_COUNT

WORKERS = (1, 2, 4, 16, 128)


def carried(inputs: Inputs) -> str:
    """With so many live articles that more make it no dearer."""
    dear = size(SPREAD, inputs, inputs.elsewhere.grown_to / inputs.assumed.window_days)
    rows = [
        (name, *(_carried(name, workers, dear.stage(name).cost.us, inputs) for workers in WORKERS))
        for name in (SIGN, RANGE, PAIR, FOLD, ENRICH)
    ]
    return table(("stage", "1 worker", *(f"{workers} workers" for workers in WORKERS[1:])), rows)


def _carried(name: str, workers: int, us: float, inputs: Inputs) -> str:
    share = 1 / workers
    if name == RANGE:
        share = busiest(inputs.costs.key_shares, workers)
    elif name in (FOLD, ENRICH):
        if workers > SHARD_COUNT:
            return "no more"
        share = 1.0 if workers == 1 else max(share, inputs.assumed.largest_shard)
    return count(inputs.assumed.fill * DAY_S / (US * us * share) / inputs.shape.peak)
