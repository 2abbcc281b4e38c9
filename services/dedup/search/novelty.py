"""Text that keeps coming back is no evidence: on how many earlier days was a shingle seen?

Causal and independent of arrival: a day counts only once it is closed, and what is asked about an
article of day D is answered from the days before D alone. Memory is bounded: a table of
2**bits counters (a Count-Min sketch of distinct days with two probes; Cormode and Muthukrishnan
2005) and, per remembered day, the set of counters it touched. Collisions only ever make a
shingle look older.
"""

import numpy as np
import numpy.typing as npt

from services.dedup.text.shingles import Hashes, distinct, mix

Slots = npt.NDArray[np.uint32]
Days = npt.NDArray[np.uint8]


class Novelty:
    """Day counts of shingles over a sliding window of closed days."""

    def __init__(self, *, days: int, bits: int) -> None:
        self._days = days
        self._shift = np.uint64(64 - bits)
        self._counts: Days = np.zeros(1 << bits, np.uint8)
        self._closed: dict[int, Slots] = {}
        self._open: dict[int, list[Hashes]] = {}
        self._open_bytes = 0
        self._today: int | None = None

    def seen(self, hashes: Hashes) -> Days:
        """On how many closed days each shingle was seen, at most 255."""
        if not len(hashes):
            return np.zeros(0, np.uint8)
        first, second = self._probes(hashes)
        return np.minimum(self._counts[first], self._counts[second])

    def add(self, day: int, hashes: Hashes) -> bool:
        """Note shingles seen on a day. False where the day is closed: it stays as it was."""
        if self._today is not None and day < self._today:
            return False
        self._open.setdefault(day, []).append(hashes)
        self._open_bytes += hashes.nbytes
        return True

    def advance(self, today: int) -> None:
        """Close every day before `today` and forget days out of the window."""
        self._today = today
        for day in sorted(day for day in self._open if day < today):
            hashes = np.concatenate(self._open.pop(day))
            self._open_bytes -= hashes.nbytes
            slots = distinct(np.concatenate(self._probes(hashes)).astype(np.uint32))
            self._closed[day] = slots
            self._counts[slots] += np.uint8(1)
        for day in [day for day in self._closed if day < today - self._days]:
            self._counts[self._closed.pop(day)] -= np.uint8(1)

    def nbytes(self) -> int:
        held = sum(slots.nbytes for slots in self._closed.values())
        return self._counts.nbytes + held + self._open_bytes

    def _probes(self, hashes: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        return (
            (hashes >> self._shift).view(np.intp),
            (mix(hashes) >> self._shift).view(np.intp),
        )
