"""Kernels of `services.dedup.search.sightings`."""

import numpy as np
from numba import types

from services.dedup.kernels.layouts import HASHES
from services.dedup.text.shingles import Hashes
from services.kernels.target import njit


@njit(types.uint64[::1](HASHES, types.int64), cache=True, nogil=True)
def sampled(hashes: Hashes, level: int) -> Hashes:
    """`sampled`."""
    rest = (np.uint64(1) << np.uint64(level)) - np.uint64(1)
    kept = np.empty(len(hashes) + 1, np.uint64)
    count = 0
    for value in hashes:
        kept[np.uintp(count)] = value
        count += (value & rest) == np.uint64(0)
    return kept[:count].copy()
