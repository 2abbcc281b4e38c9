"""Postings: which versions have a key. The definition of what `Table` does in arrays.

A key counts by its top 43 bits and its kind. Two keys that differ below are one: of a million versions with
ninety keys each, an article in two thousand is found to share a key with a stranger, and the exact look
tells them apart.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup.memory.parts import array_of
from services.dedup.search.route import Block, Entry, Numbers, block
from services.stream.service import Parts

BAND_WEIGHT = 1 << 20
"""Of a band among keys that are counted in one integer: samples stand below."""
_DROPPED = 21
_POSTING_BYTES = 200  # of CPython 3.11 on 64 bits, measured with tracemalloc
_ONE, _SHIFT = np.uint64(1), np.uint64(_DROPPED)


Counts = npt.NDArray[np.uint32]
"""Of keys that two share: bands times `BAND_WEIGHT`, and samples."""


class Found(NamedTuple):
    """Of each pair, beside each other."""

    versions: npt.NDArray[np.int32]
    """By place in the block."""
    others: Numbers
    counts: Counts


def join(parts: Sequence[Found]) -> Found:
    if len(parts) == 1:
        return parts[0]
    return Found(
        np.concatenate([part.versions for part in parts]),
        np.concatenate([part.others for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


class Postings:
    """The versions of each key of one range."""

    def __init__(self, *, window_us: int) -> None:
        self._window_us = window_us
        self._numbers: dict[int, list[int]] = {}
        self._at: dict[int, int] = {}
        self._keys: dict[int, list[int]] = {}

    def enter(self, block: Block, *, probing: bool) -> Found:
        """Take versions; if `probing`, what each of them shares with those there before it."""
        found: list[tuple[int, int, int]] = []
        by_owner: dict[int, list[int]] = {}
        for key, owner in zip(block.keys.tolist(), block.owners.tolist(), strict=True):
            by_owner.setdefault(owner, []).append(key >> _DROPPED << 1 | key & 1)
        for place, (number, at) in enumerate(zip(block.versions.tolist(), block.at_us.tolist(), strict=True)):
            keys = by_owner.get(place, [])
            if probing:
                found += ((place, other, count) for other, count in self._shared(keys, at))
            for key in keys:
                self._numbers.setdefault(key, []).append(number)
            self._at[number], self._keys[number] = at, keys
        versions, others, counts = zip(*found, strict=True) if found else ((), (), ())
        return Found(np.array(versions, np.int32), np.array(others, np.int64), np.array(counts, np.uint32))

    def _shared(self, keys: Iterable[int], at: int) -> Iterable[tuple[int, int]]:
        shared: dict[int, int] = {}
        for key in keys:
            weight = BAND_WEIGHT if key & 1 else 1
            for other in self._numbers.get(key, ()):
                shared[other] = shared.get(other, 0) + weight
        return ((other, n) for other, n in shared.items() if abs(self._at[other] - at) <= self._window_us)

    def evict(self, numbers: Numbers) -> None:
        for number in numbers.tolist():
            self._at.pop(number, None)
            for key in self._keys.pop(number, ()):
                there = self._numbers[key]
                there.remove(number)
                if not there:
                    del self._numbers[key]

    def whole(self) -> Block:
        """All that is held, as a block that another may enter."""
        numbers = sorted(self._at)
        keys = [np.array(self._keys[number], np.uint64) for number in numbers]
        entries = (
            Entry(number, self._at[number], key >> _ONE << _SHIFT | key & _ONE)
            for number, key in zip(numbers, keys, strict=True)
        )
        return block("", 0, list(entries))

    def save(self) -> Parts:
        held = self.whole()
        return {
            "versions": held.versions,
            "at_us": held.at_us,
            "keys": held.keys,
            "owners": held.owners,
        }

    def load(self, parts: Parts) -> None:
        versions, at_us = array_of(parts["versions"], np.int64), array_of(parts["at_us"], np.int64)
        keys, owners = array_of(parts["keys"], np.uint64), array_of(parts["owners"], np.int32)
        self.enter(Block("", 0, versions, at_us, keys, owners), probing=False)

    def __len__(self) -> int:
        """Postings held."""
        return sum(map(len, self._keys.values()))

    def at_us(self, numbers: Numbers) -> Numbers:
        return np.array([self._at.get(number, 0) for number in numbers.tolist()], np.int64)

    def nbytes(self) -> int:
        return _POSTING_BYTES * len(self)
