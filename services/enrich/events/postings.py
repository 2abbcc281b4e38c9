"""An inverted index: of each term the latest reports that have it, with its weight in each.

All in one pair of arrays, in which a term has a run of places that is written round and round. A run that
is full moves behind all others into one of twice its length; what is left behind goes when the arrays are
written anew.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from services.enrich.events.lexicon import Numbers

MOST_OF_A_TERM = 200
"""Of the reports that share a term the latest so many are looked at: what more share is not rare."""
FEWEST = 2
Places = npt.NDArray[np.int32]


class Postings:
    """Terms go by slots."""

    def __init__(self) -> None:
        self.begin: Places = np.zeros(1 << 10, np.int32)
        self.size: Places = np.zeros(1 << 10, np.int32)
        self.added: Places = np.zeros(1 << 10, np.int32)
        self.end = 0
        """Of all runs."""
        self.reports: Places = np.zeros(1 << 12, np.int32)
        self.weights: Places = np.zeros(1 << 12, np.int32)

    def add(self, slots: Numbers, weights: Numbers, report: int) -> None:
        """Each slot once; reports in ascending order."""
        self.make_room(int(slots.max(initial=-1)) + 1)
        size, added = self.size[slots], self.added[slots]
        if (full := (added == size) & (size < MOST_OF_A_TERM)).any():
            self._lengthen(slots[full])
            size = self.size[slots]
        places = self.begin[slots] + added % size
        self.reports[places], self.weights[places] = report, weights
        self.added[slots] = added + 1

    def make_room(self, slots: int, more: int = 0) -> None:
        """For so many slots, and for `more` postings behind all others."""
        if slots > len(self.size):
            room = np.zeros(slots, np.int32)
            self.begin = np.concatenate((self.begin, room))
            self.size = np.concatenate((self.size, room))
            self.added = np.concatenate((self.added, room))
        if self.end + more > len(self.reports):
            self._rewrite(more)

    def of(self, slots: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
        """Of each posting the report, and its weight times that of the slot."""
        slots, weights = slots[known := slots < len(self.size)], weights[known]
        places, lengths = self._places(slots)
        reports, theirs = self.reports[places].astype(np.int64), self.weights[places].astype(np.int64)
        return reports, theirs * np.repeat(weights, lengths)

    def forget(self, slots: Numbers) -> None:
        slots = slots[slots < len(self.size)]
        self.size[slots] = self.added[slots] = 0

    def _places(self, slots: npt.NDArray[np.integer[Any]]) -> tuple[Numbers, Places]:
        """Of all postings of these slots, and how many each has."""
        lengths: Places = np.minimum(self.added[slots], self.size[slots])
        return _runs(self.begin[slots], lengths), lengths

    def _lengthen(self, slots: Numbers) -> None:
        size = np.clip(2 * self.size[slots], FEWEST, MOST_OF_A_TERM)
        whole = int(size.sum())
        self.make_room(0, whole)
        places, lengths = self._places(slots)
        begin = self.end + np.cumsum(size) - size
        there = _runs(begin, lengths)
        self.reports[there], self.weights[there] = self.reports[places], self.weights[places]
        self.begin[slots], self.size[slots] = begin, size
        self.end += whole

    def _rewrite(self, more: int) -> None:
        """Close the gaps, with room for `more` and as much again."""
        slots = np.flatnonzero(self.size)
        places, lengths = self._places(slots)
        size = self.size[slots]
        self.end = int(size.sum())
        self.begin[slots] = np.cumsum(size) - size
        there = _runs(self.begin[slots], lengths)
        reports, weights = self.reports[places], self.weights[places]
        room = 2 * (self.end + more)
        self.reports, self.weights = np.zeros(room, np.int32), np.zeros(room, np.int32)
        self.reports[there], self.weights[there] = reports, weights


def _runs(begin: npt.NDArray[np.integer[Any]], lengths: npt.NDArray[np.integer[Any]]) -> Numbers:
    """All places of runs, one run after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(begin - before, lengths) + np.arange(int(lengths.sum()))
