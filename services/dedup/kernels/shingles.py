"""What kernels of other modules call: compiled forms of functions of `services.dedup.text.shingles`."""

import numpy as np

from services.dedup.text import shingles
from services.dedup.text.shingles import Hashes, Numbers
from services.kernels.target import njit

_MOST_MOVES = 8
_DIGITS = 256
_FIRST, _SECOND, _DIGIT = np.uint64(56), np.uint64(48), np.uint64(_DIGITS - 1)
mix = njit(shingles.mix)


@njit
def _starts(hashes: Hashes, firsts: Numbers, seconds: Numbers) -> None:
    """Where those with each first, and those with each second byte begin, in the order of either."""
    firsts[:] = 0
    seconds[:] = 0
    for value in hashes:
        firsts[np.uintp(value >> _FIRST)] += 1
        seconds[np.uintp(value >> _SECOND & _DIGIT)] += 1
    first = second = np.int32(0)
    for digit in range(_DIGITS):
        firsts[digit], first = first, first + firsts[digit]
        seconds[digit], second = second, second + seconds[digit]


@njit
def _sort(hashes: Hashes, halfway: Hashes, ordered: Hashes) -> None:
    """By the second byte, by the first, and the few by hand that are still out of their place."""
    firsts, seconds = np.empty(_DIGITS, np.int32), np.empty(_DIGITS, np.int32)
    _starts(hashes, firsts, seconds)
    for value in hashes:
        digit = np.uintp(value >> _SECOND & _DIGIT)
        halfway[np.uintp(seconds[digit])] = value
        seconds[digit] += 1
    for value in halfway:
        digit = np.uintp(value >> _FIRST)
        ordered[np.uintp(firsts[digit])] = value
        firsts[digit] += 1
    moves = 0
    for end in range(1, len(ordered)):
        value, at = ordered[end], end
        while at > 0 and ordered[np.uintp(at - 1)] > value:
            ordered[np.uintp(at)] = ordered[np.uintp(at - 1)]
            at -= 1
        ordered[np.uintp(at)] = value
        moves += end - at
        if moves > _MOST_MOVES * len(ordered):
            ordered.sort()
            return


@njit
def _spread(hashes: Hashes, halfway: Hashes, ordered: Hashes, came: Numbers, places: Numbers) -> None:
    """By two bytes, and beside each its place among those that came."""
    firsts, seconds = np.empty(_DIGITS, np.int32), np.empty(_DIGITS, np.int32)
    _starts(hashes, firsts, seconds)
    for place in range(len(hashes)):
        value = hashes[place]
        digit = np.uintp(value >> _SECOND & _DIGIT)
        to = np.uintp(seconds[digit])
        halfway[to], came[to] = value, place
        seconds[digit] += 1
    for place in range(len(hashes)):
        value = halfway[place]
        digit = np.uintp(value >> _FIRST)
        to = np.uintp(firsts[digit])
        ordered[to], places[to] = value, came[place]
        firsts[digit] += 1


@njit
def _settle(ordered: Hashes, places: Numbers) -> bool:
    """Move what is out of its place, and its place with it; false where that is too much."""
    moves = 0
    for end in range(1, len(ordered)):
        value, at = ordered[end], end
        if ordered[np.uintp(end - 1)] <= value:
            continue
        place = places[end]
        while at > 0 and ordered[np.uintp(at - 1)] > value:
            ordered[np.uintp(at)] = ordered[np.uintp(at - 1)]
            places[np.uintp(at)] = places[np.uintp(at - 1)]
            at -= 1
        ordered[np.uintp(at)], places[np.uintp(at)] = value, place
        moves += end - at
        if moves > _MOST_MOVES * len(ordered):
            return False
    return True


@njit
def _number(ordered: Hashes, places: Numbers, numbers: Numbers) -> int:
    """Number the distinct ones, which move to the front. How many they are."""
    number = np.int32(-1)
    last = ~ordered[0] if len(ordered) else np.uint64(0)
    for at in range(len(ordered)):
        value = ordered[at]
        number += np.int32(value != last)
        last = value
        ordered[np.uintp(number)] = value
        numbers[np.uintp(places[at])] = number
    return int(number) + 1


@njit("uint64[::1](uint64[::1])", cache=True, nogil=True)
def distinct(hashes: Hashes) -> Hashes:
    """Each hash once, ascending: spread as hashes are, two bytes order nearly all of them."""
    held = len(hashes)
    room = np.empty(2 * held, np.uint64)
    ordered = room[held:]
    _sort(hashes, room[:held], ordered)
    count = 0
    for place in range(held):
        value = ordered[place]
        ordered[np.uintp(count)] = value
        count += place + 1 == held or ordered[place + 1] != value
    return ordered[:count].copy()


@njit("Tuple((uint64[::1], int32[::1]))(uint64[::1])", cache=True, nogil=True)
def numbered(hashes: Hashes) -> tuple[Hashes, Numbers]:
    """`numbered`: the distinct ones and for each hash its number, by moving both along."""
    held = len(hashes)
    room, places, numbers = np.empty(2 * held, np.uint64), np.empty(held, np.int32), np.empty(held, np.int32)
    ordered = room[held:]
    _spread(hashes, room[:held], ordered, numbers, places)
    if not _settle(ordered, places):
        order = np.argsort(hashes)
        ordered[:] = hashes[order]
        places[:] = order
    count = _number(ordered, places, numbers)
    return ordered[:count].copy(), numbers
