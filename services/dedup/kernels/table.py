"""Kernels of `services.dedup.search.table`: its layout is told there.

Memory is touched in waves: all places of a version's keys are computed and asked for before the first is
read, so that a processor waits for many of them at once.
"""

import numpy as np
import numpy.typing as npt
from numba import carray

from services.dedup.kernels.addresses import ask, pointer
from services.dedup.search.postings import BAND_WEIGHT
from services.dedup.search.route import Numbers
from services.dedup.search.table import (
    AT_ONCE,
    BUCKETS,
    BUCKETS_A_SHELF,
    END,
    FLOOR,
    FREE,
    HEAD,
    HELD,
    LEAST_KEYS,
    LIMIT,
    NEXT,
    NUMBER_MASK,
    SHELF_SHIFT,
    START,
    TAKEN,
    TOP,
    UNITS_MOST,
)
from services.dedup.text.shingles import Hashes
from services.kernels.target import njit

_BUCKET_SHIFT = np.uint64(44)
_TAG_SHIFT = np.uint64(21)
_TAG_MASK = np.uint64(0x7FFFFF)
_ONE = np.uint64(1)
_LINE = np.uint64(64)
_CLASSES = 5  # chunks of 1, 3, 7, 15, 31 postings
_HEADER = 3  # units: the next chunk (two), postings taken and class
_SOON = 16  # buckets that are asked for before their turn

Units = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint32]
State = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Owners = npt.NDArray[np.int32]
_within = njit(nogil=True, inline="always")
"""What is done for each posting: to call for it would take longer than to do it."""


@njit(nogil=True)
def _tag(key: np.uint64) -> np.uint32:
    return np.uint32((((key >> _TAG_SHIFT) & _TAG_MASK) << _ONE) | (key & _ONE))


@_within
def _word(pool: Units, place: int) -> np.uint32:
    return np.uint32(np.uint32(pool[place + 1]) | np.uint32(pool[place + 2]) << np.uint32(16))


@_within
def _next_chunk(pool: Units, chunk: int) -> np.int64:
    return np.int64(pool[chunk]) | np.int64(pool[chunk + 1]) << 16


@_within
def _end_of_chunk(pool: Units, chunk: int) -> np.int64:
    """Behind its last posting."""
    return chunk + _HEADER + 3 * np.int64(pool[chunk + 2] >> 3)


@_within
def _head_chunk(pool: Units, chunk: int, after: int, size: int) -> None:
    pool[chunk], pool[chunk + 1] = np.uint16(after & 0xFFFF), np.uint16(after >> 16)
    pool[chunk + 2] = np.uint16(size)


@_within
def _place_chunk(pool: Units, after: int, size: int, state: State) -> int:
    """An empty chunk of a class, before another in its chain."""
    chunk = state[FREE + size]
    if chunk:
        state[FREE + size] = _next_chunk(pool, chunk)
    else:
        chunk = state[TOP]
        state[TOP] += 6 << size
    _head_chunk(pool, chunk, after, size)
    return chunk


@_within
def _append(
    directory: Words,
    shelves: Hashes,
    pool: Units,
    state: State,
    bucket: int,
    high: np.uint16,
    word: np.uint32,
) -> None:
    end = np.int64(directory[bucket, END])
    if end < directory[bucket, LIMIT]:
        shelf = bucket >> SHELF_SHIFT
        carray(pointer(shelves[shelf, 0]), (end + 1,), np.uint16)[end] = high
        carray(pointer(shelves[shelf, 1]), (end + 1,), np.uint32)[end] = word
        directory[bucket, END] += np.uint32(1)
        return
    chunk = np.int64(directory[bucket, HEAD])
    size = np.int64(pool[chunk + 2] & 7)
    if chunk == 0 or np.int64(pool[chunk + 2] >> 3) == (2 << size) - 1:
        chunk = _place_chunk(pool, chunk, min(size + 1, _CLASSES - 1) if chunk else 0, state)
        directory[bucket, HEAD] = np.uint32(chunk)
    place = _end_of_chunk(pool, chunk)
    pool[place], pool[place + 1] = high, np.uint16(word & np.uint32(0xFFFF))
    pool[place + 2] = np.uint16(word >> np.uint32(16))
    pool[chunk + 2] += np.uint16(8)


@_within
def _slot(word: np.uint32, state: State, slots: int) -> int:
    """Where a posting's version stands among so many, by the last bits of its number; -1 if it is gone."""
    number = np.int64(word) & NUMBER_MASK
    if ((number - state[FLOOR]) & NUMBER_MASK) >= state[NEXT] - state[FLOOR]:
        return -1
    return int(number & (slots - 1))


@njit(nogil=True)
def _find(tags: Units, place: int, end: int, high: np.uint16) -> int:
    """Where a tag is next, from a place on; `end` if nowhere. May look at some behind `end`."""
    while place < end:
        if tags[place] == high:  # those of a common key stand beside each other
            return place
        block = tags[place : place + AT_ONCE]
        there = False
        for i in range(AT_ONCE):  # without a jump, so that it becomes few instructions
            there |= block[i] == high
        if there:
            for i in range(place, min(place + AT_ONCE, end)):
                if tags[i] == high:
                    return i
        place += AT_ONCE
    return end


@njit(nogil=True)
def _look_up(keys: Hashes, directory: Words, shelves: Hashes, pool: Units, places: Places) -> None:
    """Begin, end and chain of the postings beside each key; asks for them, and for where one more goes."""
    base = np.uint64(pool.ctypes.data)
    for i in range(len(keys)):
        bucket = np.int64(keys[i] >> _BUCKET_SHIFT)
        begin, end, chain = directory[bucket, START], directory[bucket, END], directory[bucket, HEAD]
        places[i, 0], places[i, 1], places[i, 2] = begin, end, chain
        tags = shelves[bucket >> SHELF_SHIFT, 0]
        first, last = tags + np.uint64(2) * np.uint64(begin), tags + np.uint64(2) * np.uint64(end)
        while first < last:
            ask(first)
            first += _LINE
        ask(last)
        ask(shelves[bucket >> SHELF_SHIFT, 1] + np.uint64(4) * np.uint64(end))
        if chain:
            ask(base + np.uint64(2) * np.uint64(chain))


@njit(nogil=True)
def _probe(
    keys: Hashes, shelves: Hashes, pool: Units, places: Places, state: State, counts: Words, met: Words
) -> int:
    """Count what is shared with whom. How many versions are met; what stands behind them in `met` is free."""
    many = 0
    floor, span, last = state[FLOOR], state[NEXT] - state[FLOOR], np.int64(len(counts) - 1)
    for i in range(len(keys)):
        tag = _tag(keys[i])
        weight = np.uint32(BAND_WEIGHT) if tag & np.uint32(1) else np.uint32(1)
        high, low = np.uint16(tag >> np.uint32(8)), np.int64(tag & np.uint32(0xFF))
        place, end, chunk = places[i]
        if place < end:
            shelf = np.int64(keys[i] >> _BUCKET_SHIFT) >> SHELF_SHIFT
            tags = carray(pointer(shelves[shelf, 0]), (end + AT_ONCE,), np.uint16)
            words = carray(pointer(shelves[shelf, 1]), (end,), np.uint32)
            place = _find(tags, place, end, high)
            while place < end:
                word = np.int64(words[place])
                number = word & NUMBER_MASK
                if word >> 24 == low and ((number - floor) & NUMBER_MASK) < span:
                    slot = np.uintp(number & last)
                    met[np.uintp(many)] = slot
                    many += counts[slot] == 0
                    counts[slot] += weight
                place += 1
                if place < end and tags[place] != high:
                    place = _find(tags, place, end, high)
        while chunk:
            after = _next_chunk(pool, chunk)
            for place in range(chunk + _HEADER, _end_of_chunk(pool, chunk), 3):
                rest = np.int64(pool[np.uintp(place + 2)])
                number = np.int64(pool[np.uintp(place + 1)]) | (rest & 0xFF) << 16
                if (
                    pool[np.uintp(place)] == high
                    and rest >> 8 == low
                    and ((number - floor) & NUMBER_MASK) < span
                ):
                    slot = np.uintp(number & last)
                    met[np.uintp(many)] = slot
                    many += counts[slot] == 0
                    counts[slot] += weight
            chunk = after
    return many


@njit(nogil=True)
def _starts(owners: Owners, count: int) -> State:
    """Where the keys of each version begin, and where the last end."""
    starts = np.zeros(count + 1, np.int64)
    for owner in owners:
        starts[owner + 1] += 1
    for i in range(count):
        starts[i + 1] += starts[i]
    return starts


@njit(
    "Tuple((int64, int32[::1], int64[::1], uint32[::1]))"
    "(int64[::1], int64[::1], uint64[::1], int32[::1], int64, boolean, int64,"
    " uint32[:,::1], uint64[:,::1], int64[::1], uint16[::1], int64[::1],"
    " int64[::1], uint8[::1], uint32[::1], uint32[::1])",
    cache=True,
    nogil=True,
)
def enter(
    numbers: Numbers,
    at_us: Numbers,
    keys: Hashes,
    owners: Owners,
    done: int,
    probing: bool,
    window_us: int,
    directory: Words,
    shelves: Hashes,
    held: State,
    pool: Units,
    state: State,
    at: Numbers,
    live: Flags,
    counts: Words,
    met: Words,
) -> tuple[int, Owners, Numbers, Words]:
    """`Postings.enter` of a block from its version `done` on.

    The version before which the pool was too small, or how many there are; and of each pair its version in
    the block, the other's number and what they share.
    """
    starts = _starts(owners, len(numbers))
    places = np.empty((np.diff(starts).max(), 3), np.int64)
    pairs = 0
    versions, others, shared = np.empty(64, np.int32), np.empty(64, np.int64), np.empty(64, np.uint32)
    base = np.uint64(directory.ctypes.data)
    while done < len(numbers):
        mine = keys[starts[done] : starts[done + 1]]
        if state[TOP] + len(mine) * UNITS_MOST > len(pool):
            break
        for key in mine:
            ask(base + (key >> _BUCKET_SHIFT) * np.uint64(16))
        _look_up(mine, directory, shelves, pool, places)
        many = _probe(mine, shelves, pool, places, state, counts, met) if probing else 0
        for slot in met[:many]:
            both, counts[slot] = counts[slot], 0
            if not live[slot] or abs(at[slot] - at_us[done]) > window_us:
                continue
            if pairs == len(versions):
                versions = np.concatenate((versions, np.empty_like(versions)))
                others = np.concatenate((others, np.empty_like(others)))
                shared = np.concatenate((shared, np.empty_like(shared)))
            versions[pairs], shared[pairs] = done, both
            others[pairs] = state[FLOOR] + ((np.int64(slot) - state[FLOOR]) & (len(at) - 1))
            pairs += 1
        last = np.uint32(numbers[done] & NUMBER_MASK)
        for key in mine:
            tag = _tag(key)
            bucket = np.int64(key >> _BUCKET_SHIFT)
            word = np.uint32((tag & np.uint32(0xFF)) << np.uint32(24) | last)
            _append(directory, shelves, pool, state, bucket, np.uint16(tag >> np.uint32(8)), word)
            held[bucket >> SHELF_SHIFT] += 1
        slot = numbers[done] & (len(at) - 1)
        at[slot], live[slot] = at_us[done], 1
        state[TAKEN] += max(len(mine), LEAST_KEYS)
        state[HELD] += len(mine)
        done += 1
    return done, versions[:pairs].copy(), others[:pairs].copy(), shared[:pairs].copy()


@_within
def _is_live(word: np.uint32, state: State, live: Flags) -> bool:
    slot = _slot(word, state, len(live))
    return slot >= 0 and live[slot] != 0


@njit(nogil=True)
def _copy_live(
    old_tags: Units, old_words: Words, tags: Units, words: Words, end: int, state: State, live: Flags
) -> int:
    """Copy the live ones of some postings behind `end`. Where they end."""
    floor, span, last = state[FLOOR], state[NEXT] - state[FLOOR], len(live) - 1
    for i in range(len(old_tags)):
        word = old_words[i]
        tags[end], words[end] = old_tags[i], word
        number = np.int64(word) & NUMBER_MASK
        end += (((number - floor) & NUMBER_MASK) < span) & (live[number & last] != 0)
    return end


@njit(nogil=True)
def _empty_chain(
    pool: Units, chunk: int, tags: Units, words: Words, end: int, state: State, live: Flags
) -> int:
    """Copy the live postings of a chain behind `end`; its chunks are free then. Where they end."""
    while chunk:
        for place in range(chunk + _HEADER, _end_of_chunk(pool, chunk), 3):
            tags[end], words[end] = pool[place], _word(pool, place)
            end += _is_live(words[end], state, live)
        after, size = _next_chunk(pool, chunk), np.int64(pool[chunk + 2] & 7)
        _head_chunk(pool, chunk, state[FREE + size], size)
        state[FREE + size] = chunk
        chunk = after
    return end


@njit(
    "int64(int64, int64, uint16[::1], uint32[::1], uint16[::1], uint32[::1],"
    " uint32[:,::1], int64[::1], uint16[::1], int64[::1], uint8[::1])",
    cache=True,
    nogil=True,
)
def rebuild(
    shelf: int,
    room: int,
    old_tags: Units,
    old_words: Words,
    tags: Units,
    words: Words,
    directory: Words,
    held: State,
    pool: Units,
    state: State,
    live: Flags,
) -> int:
    """Write the live postings of a shelf into new arrays, with room behind each bucket. Where they end."""
    base = np.uint64(pool.ctypes.data)
    begin, count = 0, 0
    for bucket in range(shelf * BUCKETS_A_SHELF, (shelf + 1) * BUCKETS_A_SHELF):
        soon = min(bucket + _SOON, BUCKETS - 1)
        ask(base + np.uint64(2) * np.uint64(directory[soon, HEAD]))
        old, stop = np.int64(directory[bucket, START]), np.int64(directory[bucket, END])
        end, chain = begin, np.int64(directory[bucket, HEAD])
        if old < stop:
            end = _copy_live(old_tags[old:stop], old_words[old:stop], tags, words, end, state, live)
        if chain:
            end = _empty_chain(pool, chain, tags, words, end, state, live)
        directory[bucket, START], directory[bucket, END] = np.uint32(begin), np.uint32(end)
        directory[bucket, HEAD], directory[bucket, LIMIT] = np.uint32(0), np.uint32(end + room)
        count += end - begin
        begin = end + room
    state[HELD] += count - held[shelf]
    held[shelf] = count
    return begin


@njit("void(int64[::1], uint8[::1], int64[::1])", cache=True, nogil=True)
def forget(numbers: Numbers, live: Flags, state: State) -> None:
    """Versions are there no longer; the floor goes up to the first that is."""
    for number in numbers:
        if state[FLOOR] <= number < state[NEXT]:
            live[number & (len(live) - 1)] = 0
    while state[FLOOR] < state[NEXT] and not live[state[FLOOR] & (len(live) - 1)]:
        state[FLOOR] += 1
