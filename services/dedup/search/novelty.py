"""Text that keeps coming back is no evidence: on how many earlier days was a shingle seen?

Causal and independent of arrival: a day counts only once it is closed, and what is asked about an
article of day D is answered from the days before D alone. Memory is bounded: a table of
2**bits counters (a Count-Min sketch of distinct days with two probes; Cormode and Muthukrishnan
2005) and, per remembered day, a bit for each counter that it touched. Collisions only ever make a
shingle look older.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.text.shingles import Hashes, mix

Days = npt.NDArray[np.uint8]
Marks = npt.NDArray[np.uint8]
"""A bit for each counter, the lowest of a byte first."""
_BITS = 8
_BYTES_AT_ONCE = 1 << 14  # of marks: their counters stay in the cache of a core
_FEW = 32
"""One byte in so many is counted faster by its place than together with all others."""


class Day(NamedTuple):
    """What a closed day marked."""

    places: npt.NDArray[np.uint32] | None
    """Of the bytes that are not 0, where they are few and no others are kept."""
    marks: Marks

    def nbytes(self) -> int:
        return self.marks.nbytes + (0 if self.places is None else self.places.nbytes)


class Novelty:
    """Day counts of shingles over a sliding window of closed days."""

    def __init__(self, *, days: int, bits: int) -> None:
        self._days = days
        self._shift = np.uint64(64 - bits)
        self._counts: Days = np.zeros(1 << bits, np.uint8)
        self._closed: dict[int, Day] = {}
        self._open: dict[int, Marks] = {}
        self._today: int | None = None

    def seen(self, hashes: Hashes) -> Days:
        """On how many closed days each shingle was seen, at most 255."""
        compiled = kernels.module("novelty")
        if compiled is not None:
            days: Days = compiled.seen(self._counts, self._shift, hashes)
            return days
        first, second = self._probes(hashes)
        return np.minimum(self._counts[first], self._counts[second])

    def add(self, day: int, hashes: Hashes) -> bool:
        """Note shingles seen on a day. False where the day is closed: it stays as it was."""
        if self._today is not None and day < self._today:
            return False
        marks = self._open.get(day)
        if marks is None:
            marks = self._open[day] = np.zeros(len(self._counts) // _BITS, np.uint8)
        compiled = kernels.module("novelty")
        if compiled is not None:
            compiled.mark(marks, self._shift, hashes)
            return True
        for slots in self._probes(hashes):
            np.bitwise_or.at(marks, slots // _BITS, np.left_shift(1, slots % _BITS).astype(np.uint8))
        return True

    def advance(self, today: int) -> None:
        """Close every day before `today` and forget days out of the window."""
        self._today = today
        for day in [day for day in self._open if day < today]:
            marks = self._open.pop(day)
            if day >= today - self._days:
                self._closed[day] = _close(marks)
                self._count(self._closed[day], 1)
        for day in [day for day in self._closed if day < today - self._days]:
            self._count(self._closed.pop(day), -1)

    def _count(self, day: Day, step: int) -> None:
        counts = self._counts.reshape(-1, _BITS)
        for start in range(0, len(day.marks), _BYTES_AT_ONCE):
            part = slice(start, start + _BYTES_AT_ONCE)
            touched = np.unpackbits(day.marks[part], bitorder="little").reshape(-1, _BITS)
            places = part if day.places is None else day.places[part]
            if step > 0:
                counts[places] += touched
            else:
                counts[places] -= touched

    def nbytes(self) -> int:
        held = sum(day.nbytes() for day in self._closed.values())
        return self._counts.nbytes + held + sum(marks.nbytes for marks in self._open.values())

    def _probes(self, hashes: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        return (
            (hashes >> self._shift).view(np.intp),
            (mix(hashes) >> self._shift).view(np.intp),
        )


def _close(marks: Marks) -> Day:
    if np.count_nonzero(marks) * _FEW >= len(marks):
        return Day(None, marks)
    places = np.flatnonzero(marks).astype(np.uint32)
    return Day(places, marks[places])
