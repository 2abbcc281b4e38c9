"""Kernels of `services.dedup.search.novelty`."""

import numpy as np
from numba import njit

from services.dedup.kernels.shingles import mix
from services.dedup.search.novelty import Days, Marks
from services.dedup.text.shingles import Hashes


@njit("uint8[::1](uint8[::1], uint64, uint64[::1])", cache=True, nogil=True)
def seen(counts: Days, shift: int, hashes: Hashes) -> Days:
    """The lesser of the two counters of each hash."""
    days = np.empty(len(hashes), np.uint8)
    for place in range(len(hashes)):
        first, second = counts[hashes[place] >> shift], counts[mix(hashes[place]) >> shift]
        days[place] = min(first, second)
    return days


@njit("void(uint8[::1], uint64, uint64[::1])", cache=True, nogil=True)
def mark(marks: Marks, shift: int, hashes: Hashes) -> None:
    """Mark both counters of each hash."""
    for value in hashes:
        for slot in (value >> shift, mix(value) >> shift):
            marks[slot >> np.uint64(3)] |= np.uint8(1) << np.uint8(slot & np.uint64(7))
