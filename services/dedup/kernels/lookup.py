"""Kernels of `services.dedup.search.lookup`."""

import numpy as np
from numba import types

from services.dedup.search.lookup import Estimates
from services.dedup.search.postings import BAND_WEIGHT, Counts
from services.dedup.search.route import Numbers
from services.dedup.search.versions import FORGOTTEN, Places
from services.kernels.target import njit

_WEIGHT = np.uint32(BAND_WEIGHT)
_WEAK, _STRONG = 1, 2


@njit
def _is_before(one: int, other: int, estimates: Estimates, counts: Counts, at_us: Numbers) -> bool:
    """Whether one is stronger than another, or as strong and earlier."""
    if estimates[one] != estimates[other]:
        return bool(estimates[one] > estimates[other])
    bands, others = counts[one] // _WEIGHT, counts[other] // _WEIGHT
    return bool(bands > others if bands != others else at_us[one] < at_us[other])


@njit(
    types.Tuple((types.int64[::1], types.int64))(
        types.int64[::1],
        types.uint32[::1],
        types.int64[::1],
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        *(types.int64,) * 5,
        types.float64,
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def eligible(
    others: Numbers,
    counts: Counts,
    at_us: Numbers,
    places: Places,
    samples: Places,
    base: int,
    mine: int,
    own_samples: int,
    least_bands: int,
    least_samples: int,
    fair_estimate: float,
    few: int,
) -> tuple[Numbers, int]:
    """Which of others may be chosen, ascending, and how many more of those that are there may not."""
    kinds, estimates = np.zeros(len(others), np.uint8), np.empty(len(others), np.float64)
    first = np.empty(few + 1, np.int64)  # of the weak ones, the strongest before the others
    there = weak = 0
    for at in range(len(others)):
        if others[at] < base or others[at] == mine or places[others[at] - base] == FORGOTTEN:
            continue
        there += 1
        bands, shared = counts[at] // _WEIGHT, counts[at] % _WEIGHT
        most = min(np.int64(samples[places[others[at] - base]]), own_samples)
        estimates[at] = shared / max(1, most)
        if bands >= least_bands or estimates[at] >= fair_estimate:
            kinds[at] = _STRONG
        elif shared >= least_samples:
            kinds[at] = _WEAK
            place = min(weak, few)
            while place and _is_before(at, first[place - 1], estimates, counts, at_us):
                first[place] = first[place - 1]
                place -= 1
            first[place] = at
            weak += 1
    chosen = np.empty(there + 1, np.int64)
    count = 0
    for at in range(len(others)):
        chosen[count] = at
        count += kinds[at] == _STRONG or (
            kinds[at] == _WEAK
            and (weak <= few or not _is_before(first[few - 1], at, estimates, counts, at_us))
        )
    return chosen[:count].copy(), there - count
