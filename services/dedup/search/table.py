"""Table: the postings of one range of keys in flat arrays, for millions of versions.

A posting is six bytes: a tag of 24 bits, and the last 24 of its version's number. A key's first 20 bits are
its bucket, the next 23 and its kind the tag; 4096 buckets are a shelf, which has two arrays. In them a bucket
has its postings in no order, for all its tags are compared at once, and room for some more behind; what finds
no room goes into a chain of chunks. Behind every so many postings that are taken the next shelf in turn is
written anew: the chains of its buckets go into its arrays, what is dead is left out, and there is room again.
So nothing ever grows or shrinks at once, and to evict a version is to set a flag.
"""

from math import ceil, sqrt
from types import ModuleType
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from services.dedup.memory.parts import array_of, pack_facts, unpack_facts
from services.dedup.search.postings import Found, join
from services.dedup.search.route import Block, Numbers
from services.stream.service import Parts

Tags = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint32]
Scalar = TypeVar("Scalar", np.int64, np.uint8)

BUCKETS, SHELVES = 1 << 20, 1 << 8
BUCKETS_A_SHELF = BUCKETS // SHELVES
SHELF_SHIFT = 12
NUMBER_MASK = (1 << 24) - 1
MOST_LIVE = 1 << 23
"""Versions from the oldest that is live to the newest."""
UNITS_MOST = 96
"""Of two bytes, that one posting may take from the pool."""
LEAST_KEYS = 16
"""A version with fewer counts as if it had so many, so that numbers come round later than shelves."""
START, END, LIMIT, HEAD = 0, 1, 2, 3
"""Columns of the directory: where a bucket is in its shelf, how far it may grow there, its first chunk."""
AT_ONCE = 32
"""Tags that are compared at once. So many stand unused behind a shelf."""
TOP, FREE, FLOOR, NEXT, TAKEN, HELD = 0, 1, 6, 7, 8, 9
"""Places in the state: what is used of the pool, its free chunks by class, the numbers that may be live,
the postings taken since a shelf was written, and those that are held."""

_TURN = 16
"""While so large a part of the postings comes, every shelf is written once."""
_TURN_LEAST = 1 << 20
_POOL = 1 << 16
_FIRST_CHUNK = 12


class Table:
    """What `Postings` is, in arrays."""

    def __init__(self, compiled: ModuleType, *, window_us: int) -> None:
        self._compiled = compiled
        self._window_us = window_us
        self._directory = np.zeros((BUCKETS, 4), np.uint32)
        empty = np.zeros(AT_ONCE, np.uint16), np.zeros(0, np.uint32)
        self._shelves = [empty] * SHELVES
        self._addresses = np.array([_addresses(*empty)] * SHELVES, np.uint64)
        self._held = np.zeros(SHELVES, np.int64)
        self._pool = np.zeros(_POOL, np.uint16)
        self._state = np.zeros(10, np.int64)
        self._state[TOP] = _FIRST_CHUNK
        self._at = np.zeros(1024, np.int64)
        self._live = np.zeros(1024, np.uint8)
        self._counts = np.zeros(1024, np.uint32)
        self._met = np.zeros(1025, np.uint32)
        self._turn = 0

    def enter(self, block: Block, *, probing: bool) -> Found:
        """Take versions; if `probing`, what each of them shares with those there before it."""
        numbers = block.versions.tolist()
        self._reach(min(numbers), max(numbers))
        parts: list[Found] = []
        done = 0
        while True:
            done, *found = self._compiled.enter(
                block.versions,
                block.at_us,
                block.keys,
                block.owners,
                done,
                probing,
                self._window_us,
                self._directory,
                self._addresses,
                self._held,
                self._pool,
                self._state,
                self._at,
                self._live,
                self._counts,
                self._met,
            )
            parts.append(Found(*found))
            self._rebuild()
            if done == len(numbers):
                return join(parts)
            self._widen_pool(block, done)

    def evict(self, numbers: Numbers) -> None:
        self._compiled.forget(numbers, self._live, self._state)

    def __len__(self) -> int:
        """Postings held, with those of evicted versions that were not cleared away yet."""
        return int(self._state[HELD])

    def at_us(self, numbers: Numbers) -> Numbers:
        """When versions that are there were first seen."""
        at_us: Numbers = self._at[numbers & (len(self._at) - 1)]
        return at_us

    def nbytes(self) -> int:
        arrays = (self._directory, self._pool, self._at, self._live, self._counts)
        return sum(a.nbytes for a in arrays) + sum(a.nbytes + b.nbytes for a, b in self._shelves)

    def save(self) -> Parts:
        return {
            "directory": self._directory,
            "held": self._held,
            "pool": self._pool,
            "state": self._state,
            "at": self._at,
            "live": self._live,
            "turn": pack_facts(self._turn),
            **{f"tags.{shelf}": tags for shelf, (tags, _) in enumerate(self._shelves)},
            **{f"words.{shelf}": words for shelf, (_, words) in enumerate(self._shelves)},
        }

    def load(self, parts: Parts) -> None:
        self._directory = array_of(parts["directory"], np.uint32, (-1, 4))
        self._held, self._state = array_of(parts["held"], np.int64), array_of(parts["state"], np.int64)
        self._pool = array_of(parts["pool"], np.uint16)
        self._at, self._live = array_of(parts["at"], np.int64), array_of(parts["live"], np.uint8)
        self._counts, self._met = (np.zeros(len(self._at) + more, np.uint32) for more in (0, 1))
        self._shelves = [
            (array_of(parts[f"tags.{shelf}"], np.uint16), array_of(parts[f"words.{shelf}"], np.uint32))
            for shelf in range(SHELVES)
        ]
        self._addresses = np.array([_addresses(*shelf) for shelf in self._shelves], np.uint64)
        self._turn = unpack_facts(parts["turn"], int)

    def _reach(self, least: int, most: int) -> None:
        """Have room for what is told of each version."""
        state = self._state
        if state[NEXT] == state[FLOOR]:
            state[FLOOR] = state[NEXT] = least
        floor, after = min(least, int(state[FLOOR])), max(most + 1, int(state[NEXT]))
        if after - floor > MOST_LIVE:
            raise OverflowError(f"versions {floor} to {after} are more than the {MOST_LIVE} of one index")
        while after - floor > len(self._at):
            self._at = self._doubled(self._at)
            self._live = self._doubled(self._live)
            self._counts = np.zeros(len(self._at), np.uint32)
            self._met = np.zeros(len(self._at) + 1, np.uint32)
        state[FLOOR], state[NEXT] = floor, after

    def _doubled(self, ring: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """The same of a version by twice as many of the last bits of its number."""
        wide = np.zeros(2 * len(ring), ring.dtype)
        start, stop = int(self._state[FLOOR]), int(self._state[NEXT])
        while start < stop:
            end = min(stop, (start // len(ring) + 1) * len(ring))
            there, here = start % len(ring), start % len(wide)
            wide[here : here + end - start] = ring[there : there + end - start]
            start = end
        return wide

    def _widen_pool(self, block: Block, done: int) -> None:
        most = int(np.bincount(block.owners)[done:].max())
        room = max(len(self._pool) // 8, most * UNITS_MOST)
        self._pool.resize(int(self._state[TOP]) + room, refcheck=False)

    def _rebuild(self) -> None:
        """Write as many shelves as are due."""
        while (turn := max(_TURN_LEAST, len(self) // _TURN)) <= SHELVES * self._state[TAKEN]:
            self._state[TAKEN] -= turn // SHELVES
            self._write(self._turn, turn / BUCKETS)
            self._turn = (self._turn + 1) % SHELVES

    def _write(self, shelf: int, awaited: float) -> None:
        """`awaited`: postings that will come to a bucket until its next turn; few get that many more."""
        room = ceil(awaited + sqrt(awaited))
        most = int(self._held[shelf]) + room * BUCKETS_A_SHELF
        tags, words = np.empty(most + AT_ONCE, np.uint16), np.empty(most, np.uint32)
        end = self._compiled.rebuild(
            shelf,
            room,
            *self._shelves[shelf],
            tags,
            words,
            self._directory,
            self._held,
            self._pool,
            self._state,
            self._live,
        )
        tags.resize(end + AT_ONCE, refcheck=False)
        words.resize(end, refcheck=False)
        self._shelves[shelf] = tags, words
        self._addresses[shelf] = _addresses(tags, words)


def _addresses(tags: Tags, words: Words) -> tuple[int, int]:
    return tags.ctypes.data, words.ctypes.data
