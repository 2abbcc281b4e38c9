"""What was seen on one day: so many of its shingles as a bound allows, chosen by their hash alone.

A sample of level n has the shingles whose hash ends with n zero bits (Wegman's adaptive sampling; Flajolet
1990). The level is the lowest at which what was sighted keeps within the bound, and thereby told by all that
was sighted, in whatever order it came.
"""

from array import array
from typing import NamedTuple

import numpy as np

from services.dedup import kernels
from services.dedup.memory.parts import pack_facts, refill, unpack_facts
from services.dedup.text.shingles import Hashes
from services.stream.service import Parts

FAIR_LEVEL = 2
"""One shingle in four: what a memory that is no smaller for it is spent on."""
_MOST_LEVEL = 63


class Bound(NamedTuple):
    """Sightings that are kept of a day at most."""

    dense: int
    """While more than one shingle in four is."""
    most: int

    def at(self, level: int) -> int:
        return self.dense if level < FAIR_LEVEL else self.most


class Sightings:
    """The sample of one day. A shingle counts as often as it is sighted."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._held = array("Q")
        self.level = 0

    def join(self, others: "Sightings") -> None:
        """Add what another sample of the same day has."""
        if others.level > self.level:
            self.level = others.level
            self._held = array("Q", sampled(self.hashes(), self.level).tobytes())
        self.add(others.hashes())

    def add(self, hashes: Hashes) -> None:
        self._held.frombytes(sampled(hashes, self.level).tobytes())
        while len(self._held) > self._bound.at(self.level) and self.level < _MOST_LEVEL:
            self.level += 1
            self._held = array("Q", sampled(self.hashes(), self.level).tobytes())

    def hashes(self) -> Hashes:
        return np.frombuffer(self._held, np.uint64)

    def save(self) -> Parts:
        return {"held": self._held, "level": pack_facts(self.level)}

    def load(self, parts: Parts) -> None:
        refill(self._held, parts["held"])
        self.level = unpack_facts(parts["level"], int)

    def nbytes(self) -> int:
        return self._held.itemsize * len(self._held)


def sampled(hashes: Hashes, level: int) -> Hashes:
    """Those that a sample of that level has."""
    if not level:
        return hashes
    compiled = kernels.module("sightings")
    if compiled is not None:
        kept: Hashes = compiled.sampled(hashes, level)
    else:
        kept = hashes[hashes & np.uint64((1 << level) - 1) == 0]
    return kept
