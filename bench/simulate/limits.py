"""Limits: what ends a way, and at how many articles a day."""

from collections.abc import Callable, Mapping

from bench.simulate.inputs import Inputs
from bench.simulate.sizes import Size, day_of, size
from bench.simulate.ways import ALL, SERVICES

NUMBERS, CPU, MEMORY, DISK, RESTORE, CORES, LAG = (
    "numbers of an index",
    "CPU of the fullest worker",
    "memory of a machine",
    "disk of a machine",
    "time of a restore",
    "cores of a machine",
    "lag",
)
ONE_MACHINE = frozenset({ALL, SERVICES})
LEAST, MOST = 1e2, 1e9
"""Articles a day between which an end is looked for."""
_NEAR = 1.01
Share = Callable[[Size, Inputs], float]
"""Of what there is, taken: above 1 a way ends."""
TAKES: Mapping[str, Share] = {
    NUMBERS: lambda found, inputs: found.live / inputs.most_live,
    CPU: lambda found, _: found.bottleneck.filled(found.peak),
    MEMORY: lambda found, inputs: found.largest_gb / inputs.assumed.machine_gb,
    DISK: lambda found, inputs: found.largest_disk_gb / inputs.assumed.machine_disk_gb,
    RESTORE: lambda found, inputs: found.restore_s / inputs.assumed.restore_s,
    CORES: lambda found, inputs: (found.way in ONE_MACHINE) * found.cores / inputs.assumed.machine_cores,
}


def ends(way: str, inputs: Inputs) -> dict[str, float]:
    """Articles a day that a way carries, by what would end it; the least first.

    Lag, which takes a day to be simulated, is looked for up to the second of the others.
    """
    found = {reason: _end(way, inputs, share, MOST) for reason, share in TAKES.items()}
    found = {reason: at for reason, at in found.items() if at < MOST}
    second = [*sorted(found.values()), MOST, MOST][1]
    lag = _end(way, inputs, _lag, second)
    if lag < second:
        found[LAG] = lag
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _lag(found: Size, inputs: Inputs) -> float:
    return day_of(found, inputs).lag_s / inputs.assumed.lag_s


def _end(way: str, inputs: Inputs, share: Share, most: float) -> float:
    low, high = LEAST, most
    if share(size(way, inputs, high), inputs) <= 1:
        return most
    while high / low > _NEAR:
        middle = (low * high) ** 0.5
        if share(size(way, inputs, middle), inputs) > 1:
            high = middle
        else:
            low = middle
    return low
