"""What kernels of other modules call: compiled forms of functions of `services.dedup.text.shingles`."""

import numpy as np

from services.dedup.text import shingles
from services.dedup.text.shingles import Hashes, Numbers
from services.kernels.target import njit

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


@njit("Tuple((uint64[::1], int32[::1]))(uint64[::1])", cache=True, nogil=True)
def numbered(hashes: Hashes) -> tuple[Hashes, Numbers]:
    """`numbered`: the distinct ones and for each hash its number, by moving both along."""
    count = len(hashes)
    ordered, places = np.empty(count, np.uint64), np.empty(count, np.int32)
    starts, shift = _spread(hashes)
    for place in range(count):
        value = hashes[place]
        bucket = value >> np.uint64(shift)
        ordered[np.uintp(starts[bucket])] = value
        places[np.uintp(starts[bucket])] = place
        starts[bucket] += 1
    moves = 0
    for end in range(1, count):
        value, place, at = ordered[end], places[end], end
        while at > 0 and ordered[np.uintp(at - 1)] > value:
            ordered[np.uintp(at)] = ordered[np.uintp(at - 1)]
            places[np.uintp(at)] = places[np.uintp(at - 1)]
            at -= 1
        ordered[np.uintp(at)], places[np.uintp(at)] = value, place
        moves += end - at
        if moves > _MOST_MOVES * count:
            order = np.argsort(hashes)
            ordered, places = hashes[order], order.astype(np.int32)
            break
    numbers = np.empty(count, np.int32)
    number = -1
    for at in range(count):
        value = ordered[at]
        number += at == 0 or value != ordered[np.uintp(number)]
        ordered[np.uintp(number)] = value
        numbers[places[at]] = number
    return ordered[: number + 1].copy(), numbers
