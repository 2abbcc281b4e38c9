"""RangeIndex: which versions share keys. One owner a range of key groups.

A commutative join: every pair of versions that share keys is emitted once, with how many, by
whichever block comes second. The union of emitted pairs depends on the set of blocks, never on
their order, on the number of ranges or on how often a block is delivered. The window is tested on
the pair's two times, so eviction may lag without changing the output.

Versions are numbers, in order of entering. The postings are plain dicts until the kernels are loaded and
go over to arrays then: few enough by that time that it takes milliseconds, and dicts need no numba.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from services.dedup import kernels
from services.dedup.memory.parts import under, within
from services.dedup.search.postings import Counts, Postings
from services.dedup.search.route import Block, Numbers
from services.dedup.search.table import Table
from services.stream.service import Parts


class Partials(NamedTuple):
    """Keys that pairs of versions share in one range, beside each other."""

    first: Numbers
    second: Numbers
    """Of the two versions of a pair, the one with the higher number."""
    counts: Counts


class RangeIndex:
    """Postings of one range of keys."""

    def __init__(self, *, window_us: int) -> None:
        self._window_us = window_us
        self._postings: Postings | Table = Postings(window_us=window_us)
        self._taken: set[tuple[str, int]] = set()

    def probe_insert(self, block: Block) -> Partials:
        """Take a block; the pairs it completes. A block taken before gives nothing."""
        if (block.signer, block.number) in self._taken or not len(block.versions):
            return NO_PARTIALS
        self._taken.add((block.signer, block.number))
        found = self._held(block).enter(block, probing=True)
        if not len(found.others):
            return NO_PARTIALS
        mine = block.versions[found.versions]
        return Partials(np.minimum(found.others, mine), np.maximum(found.others, mine), found.counts)

    def insert(self, block: Block) -> None:
        """Take a block whose pairs are known already: restoring a state."""
        if len(block.versions):
            self._held(block).enter(block, probing=False)

    def evict(self, versions: Numbers) -> None:
        """Forget versions. Their postings are freed, though not at once."""
        self._postings.evict(versions)

    def forget_blocks(self, signer: str, before: int) -> None:
        """Forget which blocks were taken, up to a number that can no longer be delivered again."""
        gone = [taken for taken in self._taken if taken[0] == signer and taken[1] < before]
        self._taken.difference_update(gone)

    def __len__(self) -> int:
        """Postings held."""
        return len(self._postings)

    def at_us(self, versions: Numbers) -> Numbers:
        """When versions that are there were first seen."""
        return self._postings.at_us(versions)

    def nbytes(self) -> int:
        return self._postings.nbytes()

    def save(self) -> Parts:
        kind = "table" if isinstance(self._postings, Table) else "postings"
        return under(kind, self._postings.save())

    def load(self, parts: Parts) -> None:
        """Raises what an import may raise where postings lie in arrays, which only kernels read."""
        table = within("table", parts)
        if table:
            self._postings = Table(kernels.require("table"), window_us=self._window_us)
        self._postings.load(table or within("postings", parts))

    def _held(self, block: Block) -> Postings | Table:
        """What is to take a block. A range without keys stays as it is."""
        compiled = kernels.module("table") if len(block.keys) else None
        if compiled is not None and isinstance(self._postings, Postings):
            held = self._postings.whole()
            self._postings = Table(compiled, window_us=self._window_us)
            if len(held.versions):
                self._postings.enter(held, probing=False)
        return self._postings


def add_up(partials: Iterable[Partials]) -> Partials:
    """Sum what the ranges found. By the second version, then by the first."""
    some = [each for each in partials if len(each.first)]
    if not some:
        return NO_PARTIALS
    first = np.concatenate([each.first for each in some])
    second = np.concatenate([each.second for each in some])
    counts = np.concatenate([each.counts for each in some])
    order = np.lexsort((first, second))
    first, second, counts = first[order], second[order], counts[order]
    if len(some) == 1:
        return Partials(first, second, counts)
    starts = np.flatnonzero((np.diff(first, prepend=-1) != 0) | (np.diff(second, prepend=-1) != 0))
    return Partials(first[starts], second[starts], np.add.reduceat(counts, starts, dtype=np.uint32))


NO_PARTIALS = Partials(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint32))
