"""RangeIndex: which versions share keys. One owner a range of key groups.

A commutative join: every pair of versions that share keys is emitted once, with how many, by
whichever block comes second. The union of emitted pairs depends on the set of blocks, never on
their order, on the number of ranges or on how often a block is delivered. The window is tested on
the pair's two times, so eviction may lag without changing the output.
"""

from collections.abc import Iterable

import msgspec
import numpy as np

from services.dedup.search.route import Block
from services.dedup.text.shingles import Hashes


class Partial(msgspec.Struct, frozen=True, array_like=True):
    """Keys that two versions share in one range. `first` < `second` as strings."""

    first: str
    second: str
    bands: int
    samples: int


class RangeIndex:
    """Postings of one range of keys."""

    def __init__(self, *, window_us: int) -> None:
        self._window_us = window_us
        self._postings: dict[int, int | list[int]] = {}
        self._number: dict[str, int] = {}
        self._version: dict[int, str] = {}
        self._at: dict[int, int] = {}
        self._keys: dict[int, Hashes] = {}
        self._next = 0
        self._taken: set[tuple[str, int]] = set()

    def probe_insert(self, block: Block) -> list[Partial]:
        """Take a block; the pairs it completes. A block taken before gives nothing."""
        if (block.signer, block.number) in self._taken:
            return []
        self._taken.add((block.signer, block.number))
        numbers = [self._enter(version, at) for version, at in zip(block.versions, block.at_us, strict=True)]
        shared: dict[tuple[int, int], int] = {}
        self._join(block, numbers, shared)
        self._keep_keys(block, numbers)
        return sorted(
            (self._partial(pair, count) for pair, count in shared.items() if self._near(pair)),
            key=lambda p: (p.first, p.second),
        )

    def insert(self, block: Block) -> None:
        """Take a block whose pairs are known already: restoring a state."""
        numbers = [self._enter(version, at) for version, at in zip(block.versions, block.at_us, strict=True)]
        for key, owner in zip(block.keys.tolist(), block.owners.tolist(), strict=True):
            there = self._postings.get(key)
            if there is None:
                self._postings[key] = numbers[owner]
            elif isinstance(there, int):
                self._postings[key] = [there, numbers[owner]]
            else:
                there.append(numbers[owner])
        self._keep_keys(block, numbers)

    def _join(self, block: Block, numbers: list[int], shared: dict[tuple[int, int], int]) -> None:
        postings = self._postings
        for key, owner in zip(block.keys.tolist(), block.owners.tolist(), strict=True):
            mine = numbers[owner]
            there = postings.setdefault(key, mine)
            if there is mine:
                continue
            # Bands are counted in the high half of one integer, samples in the low half.
            weight = 1 << 32 if key & 1 else 1
            if isinstance(there, int):
                there = postings[key] = [there]
            for other in there:
                pair = (other, mine)
                shared[pair] = shared.get(pair, 0) + weight
            there.append(mine)

    def evict(self, versions: Iterable[str]) -> None:
        """Forget versions and free their postings."""
        for version in versions:
            number = self._number.pop(version, None)
            if number is None:
                continue
            del self._version[number], self._at[number]
            self._drop(number)

    def forget_blocks(self, signer: str, before: int) -> None:
        """Forget which blocks were taken, up to a number that can no longer be delivered again."""
        self._taken = {taken for taken in self._taken if taken[0] != signer or taken[1] >= before}

    def __len__(self) -> int:
        """Keys held."""
        return len(self._postings)

    def _enter(self, version: str, at_us: int) -> int:
        number = self._next
        self._next += 1
        self._number[version], self._version[number], self._at[number] = number, version, at_us
        return number

    def _keep_keys(self, block: Block, numbers: list[int]) -> None:
        ends = np.cumsum(np.bincount(block.owners, minlength=len(numbers)))
        by_owner = np.split(block.keys[np.argsort(block.owners, kind="stable")], ends[:-1])
        for number, keys in zip(numbers, by_owner, strict=True):
            self._keys[number] = keys.copy()

    def _drop(self, number: int) -> None:
        postings = self._postings
        for key in self._keys.pop(number).tolist():
            there = postings.pop(key)
            if isinstance(there, int):
                continue
            there.remove(number)
            if there:
                postings[key] = there

    def _near(self, pair: tuple[int, int]) -> bool:
        return abs(self._at[pair[0]] - self._at[pair[1]]) <= self._window_us

    def _partial(self, pair: tuple[int, int], count: int) -> Partial:
        first, second = sorted((self._version[pair[0]], self._version[pair[1]]))
        return Partial(first, second, count >> 32, count & 0xFFFFFFFF)


def add_up(partials: Iterable[Partial]) -> dict[tuple[str, str], tuple[int, int]]:
    """Sum what the ranges found: pair of version ids -> (bands, samples)."""
    total: dict[tuple[str, str], tuple[int, int]] = {}
    for part in partials:
        bands, samples = total.get((part.first, part.second), (0, 0))
        total[part.first, part.second] = (bands + part.bands, samples + part.samples)
    return total
