"""Kernels of `services.dedup.search.novelty`."""

import numpy as np
from numba import types

from services.dedup.kernels.target import njit
from services.dedup.search.novelty import Bits, Days
from services.dedup.text.shingles import Hashes

_HALF = np.uint64(33)
_MULTIPLIER = np.uint64(0xFF51AFD7ED558CCD)


@njit("uint64(uint64)", cache=True, nogil=True, inline="always")
def _mix(value: np.uint64) -> np.uint64:
    """`services.dedup.text.shingles.mix` of one hash."""
    value = (value ^ (value >> _HALF)) * _MULTIPLIER
    return value ^ (value >> _HALF)


@njit("void(uint8[::1], uint64[::1], uint64)", cache=True, nogil=True)
def touch(bits: Bits, hashes: Hashes, shift: np.uint64) -> None:
    """What `Novelty.add` sets in the bits of a day."""
    for value in hashes:
        for slot in (value >> shift, _mix(value) >> shift):
            bits[slot >> np.uint64(3)] |= np.uint8(1) << np.uint8(slot & np.uint64(7))


@njit("uint8[::1](uint8[::1], uint64[::1], uint64)", cache=True, nogil=True)
def seen(counts: Days, hashes: Hashes, shift: np.uint64) -> Days:
    """`Novelty.seen` of at least one hash."""
    least = np.empty(len(hashes), np.uint8)
    for place in range(len(hashes)):
        value = hashes[place]
        least[place] = min(counts[value >> shift], counts[_mix(value) >> shift])
    return least


@njit(
    types.Tuple((types.uint8[::1], types.uint64[::1]))(
        types.uint8[::1], types.uint64[::1], types.uint64[::1], types.uint64, types.int64
    ),
    cache=True,
    nogil=True,
)
def sift(counts: Days, wide: Hashes, narrow: Hashes, shift: np.uint64, least: int) -> tuple[Days, Hashes]:
    """`Novelty.sift`."""
    days = seen(counts, narrow, shift)
    novel = np.empty(len(narrow), np.uint64)
    count = 0
    for place in range(len(narrow)):
        novel[np.uintp(count)] = narrow[place]
        count += days[place] < least
    return seen(counts, wide, shift), narrow.copy() if 2 * count < len(narrow) else novel[:count].copy()
