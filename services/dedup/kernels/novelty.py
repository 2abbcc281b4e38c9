"""Kernels of `services.dedup.search.novelty`."""

import numpy as np
from numba import types

from services.dedup.kernels.layouts import HASHES, NUMBERS
from services.dedup.kernels.shingles import mix
from services.dedup.search.novelty import PROBES, UNKNOWN, Days, Slots
from services.dedup.text.shingles import Hashes, Numbers
from services.kernels.target import njit

_KINDS = (types.uint32, types.uint64)
_UNKNOWN = np.uint8(UNKNOWN)


@njit
def _counted(slots: Slots, mask: np.uint64, shift: np.uint64, value: np.uint64) -> int:
    found = mask
    for _ in range(PROBES):
        found &= slots[value >> shift]
        if not found:
            break
        value = mix(value)
    count = 0
    while found:
        found &= found - np.uint64(1)
        count += 1
    return count


@njit
def _next_known(along: Days, place: int) -> int:
    while place < len(along) and along[place] == _UNKNOWN:
        place += 1
    return place


@njit
def _spread(days: Days, numbers: Numbers) -> None:
    along = days[numbers]
    after = _next_known(along, 0)
    if after == len(along):
        days[:] = 0
        return
    before = after
    for place in range(len(along)):
        if place > after:
            before = after
            after = _next_known(along, place)
            after = before if after == len(along) else after
        nearest = after if abs(after - place) < abs(place - before) else before
        days[numbers[place]] = min(days[numbers[place]], along[nearest])


@njit(
    [
        types.uint8[::1](kind[::1], types.uint64, types.uint64, types.int64, HASHES, NUMBERS)
        for kind in _KINDS
    ],
    cache=True,
    nogil=True,
)
def days(
    slots: Slots, mask: np.uint64, shift: np.uint64, level: int, unique: Hashes, numbers: Numbers
) -> Days:
    """`Novelty.days`."""
    found = np.empty(len(unique), np.uint8)
    rest = (np.uint64(1) << np.uint64(level)) - np.uint64(1)
    for place in range(len(unique)):
        value = unique[place]
        found[place] = _UNKNOWN if value & rest else _counted(slots, mask, shift, value)
    if level:
        _spread(found, numbers)
    return found


@njit(
    [
        types.void(types.Array(kind, 2, "C"), HASHES, types.int64, types.uint64, types.uint64)
        for kind in _KINDS
    ],
    cache=True,
    nogil=True,
)
def mark(rows: Slots, hashes: Hashes, level: int, shift: np.uint64, bit: np.uint64) -> None:
    """What `Novelty` sets in the table for a day. A row is a slot of that day's own size."""
    rest = (np.uint64(1) << np.uint64(level)) - np.uint64(1)
    for start in hashes:
        value = start
        if value & rest:
            continue
        for _ in range(PROBES):
            row = value >> shift
            for place in range(rows.shape[1]):
                rows[row, place] |= bit
            value = mix(value)
