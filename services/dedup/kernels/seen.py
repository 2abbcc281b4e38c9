"""Kernels of `services.dedup.search.seen`."""

import numpy as np

from services.dedup.search.novelty import Days
from services.kernels.target import njit


@njit("uint8[::1](uint8[::1])", cache=True, nogil=True)
def pack(days: Days) -> Days:
    """The bytes of `pack`."""
    packed = np.zeros((len(days) + 3) // 4, np.uint8)
    for place in range(len(days)):
        level = min(days[place], np.uint8(3))
        packed[place // 4] |= level << np.uint8(2 * (place % 4))
    return packed
