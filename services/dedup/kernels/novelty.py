"""Kernels of `services.dedup.search.novelty`."""

import numpy as np
from numba import types

from services.dedup.kernels.addresses import ask
from services.dedup.kernels.layouts import HASHES, NUMBERS
from services.dedup.kernels.shingles import mix
from services.dedup.search.novelty import PROBES, UNKNOWN, Days, Slots
from services.dedup.text.shingles import Hashes, Numbers
from services.kernels.target import njit

_KINDS = (types.uint32, types.uint64)
_UNKNOWN = np.uint8(UNKNOWN)
_AT_ONCE = 32
"""Shingles of which slots are asked for before the first is read."""
_SPARSE = 64
"""Of so many rows fewer than one is marked: it does not pay to go through all of them."""


@njit
def _ones(bits: np.uint64) -> int:
    count = 0
    while bits:
        bits &= bits - np.uint64(1)
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
    base, each = np.uint64(slots.ctypes.data), np.uint64(slots.itemsize)
    rest = (np.uint64(1) << np.uint64(level)) - np.uint64(1)
    found = np.empty(len(unique), np.uint8)
    mixed = np.empty(_AT_ONCE, np.uint64)
    for start in range(0, len(unique), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(unique))
        for i in range(start, stop):
            if unique[i] & rest:
                continue
            mixed[i - start] = mix(unique[i])
            ask(base + (unique[i] >> shift) * each)
            ask(base + (mixed[i - start] >> shift) * each)
        for i in range(start, stop):
            found[i] = _UNKNOWN
            if unique[i] & rest:
                continue
            value = mixed[i - start]
            days = mask & slots[unique[i] >> shift] & slots[value >> shift]
            for _ in range(2, PROBES):  # seldom: few days have both
                if not days:
                    break
                value = mix(value)
                days &= slots[value >> shift]
            found[i] = _ones(days)
    if level:
        _spread(found, numbers)
    return found


@njit
def _marked(hashes: Hashes, rest: np.uint64, shift: np.uint64, rows: int) -> Hashes:
    """A bit a row, set for those of hashes: a memory so small that it stays in the cache."""
    six, low, one = np.uint64(6), np.uint64(63), np.uint64(1)
    marked = np.zeros((rows + 63) >> 6, np.uint64)
    for start in hashes:
        value = start
        for _ in range(0 if value & rest else PROBES):
            row = value >> shift
            marked[row >> six] |= one << (row & low)
            value = mix(value)
    return marked


@njit
def _put_bits(rows: Slots, marks: np.uint64, bit: np.uint64) -> None:
    """Set a bit in all slots of the marked ones of 64 rows, in vectors."""
    if rows.shape[1] == 1:
        for row in range(len(rows)):
            rows[row, 0] |= bit * (marks >> np.uint64(row) & np.uint64(1))
        return
    for row in range(len(rows)):
        for place in range(rows.shape[1]):
            rows[row, place] |= bit * (marks >> np.uint64(row) & np.uint64(1))


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
    if len(hashes) * _SPARSE < len(rows):
        for start in hashes:
            value = start
            for _ in range(0 if value & rest else PROBES):
                for place in range(rows.shape[1]):
                    rows[value >> shift, place] |= bit
                value = mix(value)
        return
    marked = _marked(hashes, rest, shift, len(rows))
    for word in range(len(marked)):
        _put_bits(rows[word << 6 : (word + 1) << 6], marked[word], bit)


@njit(
    [
        types.uint8[::1](
            kind[::1],
            types.uint64,
            types.uint64,
            types.int64,
            HASHES,
            NUMBERS,
            types.int64,
            types.int64,
            types.uint64,
        )
        for kind in _KINDS
    ],
    cache=True,
    nogil=True,
)
def take(
    slots: Slots,
    mask: np.uint64,
    shift: np.uint64,
    level: int,
    unique: Hashes,
    numbers: Numbers,
    width: int,
    level_today: int,
    bit: np.uint64,
) -> Days:
    """`days`, and `mark` of the same shingles in rows of so many slots: a processor waits for many at once,
    if they are asked for before the first is read.
    """
    base, each, row = np.uint64(slots.ctypes.data), np.uint64(slots.itemsize), ~np.uint64(width - 1)
    uncounted = (np.uint64(1) << np.uint64(level)) - np.uint64(1)
    rest = (np.uint64(1) << np.uint64(level_today)) - np.uint64(1)
    found = np.empty(len(unique), np.uint8)
    places = np.empty((len(unique), PROBES), np.uint32)
    for start in range(0, len(unique), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(unique))
        for i in range(start, stop):
            value = unique[i]
            for probe in range(PROBES):
                place = value >> shift
                places[i, probe] = place
                ask(base + place * each)
                value = mix(value)
        for i in range(start, stop):
            days = mask
            for probe in range(PROBES):
                days &= slots[places[i, probe]]
            found[i] = _UNKNOWN if unique[i] & uncounted else _ones(days)
            if unique[i] & rest:
                continue
            for probe in range(PROBES):
                first = np.uint64(places[i, probe]) & row
                for place in range(first, first + np.uint64(width)):
                    slots[place] |= bit
    if level:
        _spread(found, numbers)
    return found
