"""Text that keeps coming back is no evidence: on how many earlier days was a shingle seen?

Causal and independent of arrival: a day counts only once it is closed, and what is asked about an
article of day D is answered from the days before D alone. Memory is bounded: a table of
2**bits counters (a Count-Min sketch of distinct days with two probes; Cormode and Muthukrishnan
2005) and, per remembered day, the set of counters it touched. Collisions only ever make a
shingle look older.
"""

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.text.shingles import Hashes, mix

Days = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint8]
Touched = Bits | npt.NDArray[np.uint32]
"""The counters that a closed day touched: a bit each, or their numbers."""
_PART = 1 << 14
"""Bytes of bits at a time: what they count stays in the cache of a core."""
_FEW = 32


class Novelty:
    """Day counts of shingles over a sliding window of closed days."""

    def __init__(self, *, days: int, bits: int) -> None:
        self._days = days
        self._shift = np.uint64(64 - bits)
        self._counts: Days = np.zeros(1 << bits, np.uint8)
        self._open: dict[int, Bits] = {}
        """The counters that each day touches, a bit each."""
        self._closed: dict[int, Touched] = {}
        self._today: int | None = None

    def seen(self, hashes: Hashes) -> Days:
        """On how many closed days each shingle was seen, at most 255."""
        if not len(hashes):
            return np.zeros(0, np.uint8)
        compiled = kernels.module("novelty")
        if compiled is not None:
            days: Days = compiled.seen(self._counts, hashes, self._shift)
            return days
        first, second = self._probes(hashes)
        return np.minimum(self._counts[first], self._counts[second])

    def sift(self, wide: Hashes, narrow: Hashes, least: int) -> tuple[Days, Hashes]:
        """On how many closed days each wide shingle was seen, and the narrow ones that are evidence.

        These were seen on fewer than `least`; all are where most are not: what comes back whole is found
        by the whole.
        """
        compiled = kernels.module("novelty")
        if compiled is not None:
            found: tuple[Days, Hashes] = compiled.sift(self._counts, wide, narrow, self._shift, least)
            return found
        novel = narrow[self.seen(narrow) < least]
        return self.seen(wide), narrow if 2 * len(novel) < len(narrow) else novel

    def add(self, day: int, *shingles: Hashes) -> bool:
        """Note shingles seen on a day. False where the day is closed: it stays as it was."""
        if self._today is not None and day < self._today:
            return False
        bits = self._open.get(day)
        if bits is None:
            bits = self._open[day] = np.zeros(len(self._counts) // 8, np.uint8)
        compiled = kernels.module("novelty")
        for hashes in shingles:
            if compiled is not None:
                compiled.touch(bits, hashes, self._shift)
                continue
            for slots in self._probes(hashes):
                np.bitwise_or.at(bits, slots >> 3, np.left_shift(1, slots & 7).astype(np.uint8))
        return True

    def advance(self, today: int) -> None:
        """Close every day before `today` and forget days out of the window."""
        self._today = today
        for day in sorted(day for day in self._open if day < today):
            self._closed[day] = _compact(self._open.pop(day))
            self._count(self._closed[day], np.uint8(1))
        for day in [day for day in self._closed if day < today - self._days]:
            self._count(self._closed.pop(day), np.uint8(255))

    def nbytes(self) -> int:
        touched = (*self._open.values(), *self._closed.values())
        return self._counts.nbytes + sum(each.nbytes for each in touched)

    def _count(self, touched: Touched, change: np.uint8) -> None:
        """Add to the counters a day touched, modulo 256."""
        if touched.dtype == np.uint32:
            self._counts[touched] += change
            return
        for start in range(0, len(touched), _PART):
            bits = touched[start : start + _PART].view(np.uint8)
            self._counts[8 * start : 8 * (start + len(bits))] += (
                np.unpackbits(bits, bitorder="little") * change
            )

    def _probes(self, hashes: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        return (
            (hashes >> self._shift).view(np.intp),
            (mix(hashes) >> self._shift).view(np.intp),
        )


def _compact(bits: Bits) -> Touched:
    """The numbers of the bits that are set, where they are so few that counting them takes less."""
    if _FEW * np.count_nonzero(bits) >= len(bits):
        return bits
    held = np.flatnonzero(bits)
    within = np.unpackbits(bits[held], bitorder="little").reshape(-1, 8)
    rows, places = np.nonzero(within)
    return (8 * held[rows] + places).astype(np.uint32)
