"""What kernels of other modules call: compiled forms of functions of `services.dedup.text.shingles`."""

import numpy as np

from services.dedup.kernels.target import njit
from services.dedup.text import shingles
from services.dedup.text.shingles import Hashes, Numbers

_MOST_MOVES = 8
mix = njit(shingles.mix)


@njit
def _spread(hashes: Hashes) -> tuple[Numbers, int]:
    """Where hashes go by as many first bits as nearly order them, and the shift that leaves these."""
    shift, buckets = 63, 2
    while buckets < len(hashes):
        buckets *= 2
        shift -= 1
    starts = np.zeros(buckets, np.int32)
    for value in hashes:
        starts[value >> np.uint64(shift)] += 1
    start = 0
    for bucket in range(buckets):
        starts[bucket], start = start, start + starts[bucket]
    return starts, shift


@njit("uint64[::1](uint64[::1])", cache=True, nogil=True)
def distinct(hashes: Hashes) -> Hashes:
    """Each hash once, ascending: spread as hashes are, few are out of their place."""
    ordered = np.empty_like(hashes)
    starts, shift = _spread(hashes)
    for value in hashes:
        bucket = value >> np.uint64(shift)
        ordered[np.uintp(starts[bucket])] = value
        starts[bucket] += 1
    moves = 0
    for end in range(1, len(hashes)):
        value, at = ordered[end], end
        while at > 0 and ordered[np.uintp(at - 1)] > value:
            ordered[np.uintp(at)] = ordered[np.uintp(at - 1)]
            at -= 1
        ordered[np.uintp(at)] = value
        moves += end - at
        if moves > _MOST_MOVES * len(hashes):
            ordered.sort()
            break
    count = 0
    for place in range(len(ordered)):
        value = ordered[place]
        ordered[np.uintp(count)] = value
        count += place + 1 == len(ordered) or ordered[place + 1] != value
    return ordered[:count].copy()


@njit("int32[::1](uint64[::1], uint64[::1])", cache=True, nogil=True)
def number(hashes: Hashes, ordered: Hashes) -> Numbers:
    """For each hash its place among the distinct ones, ascending."""
    numbers = np.empty(len(hashes), np.int32)
    starts, shift = _spread(ordered)
    for place in range(len(hashes)):
        value = hashes[place]
        at = np.int64(starts[value >> np.uint64(shift)])
        last = at + _MOST_MOVES
        while at < last and ordered[np.uintp(at)] != value:
            at += 1
        numbers[place] = at if at < last else np.searchsorted(ordered, value)
    return numbers
