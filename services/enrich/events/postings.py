"""An inverted index: of each term the latest reports that have it, with its weight in each.

All in one pair of arrays, in which a term has a run of places that is written round and round. A run that
is full moves behind all others into one of twice its length; what is left behind goes when the arrays are
written anew.
"""

import numpy as np

from services.enrich import kernels
from services.enrich.events.lexicon import Numbers

MOST_OF_A_TERM = 200
"""Of the reports that share a term the latest so many are looked at: what more share is not rare."""
FEWEST = 2


class Postings:
    """Terms go by slots."""

    def __init__(self) -> None:
        self.begin: Numbers = np.zeros(1 << 10, np.int64)
        self.size: Numbers = np.zeros(1 << 10, np.int64)
        self.added: Numbers = np.zeros(1 << 10, np.int64)
        self._end = 0
        self.reports: Numbers = np.zeros(1 << 12, np.int64)
        self.weights: Numbers = np.zeros(1 << 12, np.int64)

    def add(self, slots: Numbers, weights: Numbers, report: int) -> None:
        """Each slot once; reports in ascending order."""
        self._make_room(slots)
        if fast := kernels.module("postings"):
            if self._end + MOST_OF_A_TERM * len(slots) > len(self.reports):
                self._rewrite(MOST_OF_A_TERM * len(slots))
            self._end = fast.add(
                slots,
                weights,
                report,
                self._end,
                self.begin,
                self.size,
                self.added,
                self.reports,
                self.weights,
            )
            return
        size, added = self.size[slots], self.added[slots]
        if (full := (added == size) & (size < MOST_OF_A_TERM)).any():
            self._lengthen(slots[full])
            size = self.size[slots]
        places = self.begin[slots] + added % size
        self.reports[places], self.weights[places] = report, weights
        self.added[slots] = added + 1

    def of(self, slots: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
        """Of each posting the report, and its weight times that of the slot."""
        slots, weights = slots[known := slots < len(self.size)], weights[known]
        places, lengths = self._places(slots)
        return self.reports[places], self.weights[places] * np.repeat(weights, lengths)

    def forget(self, slots: Numbers) -> None:
        slots = slots[slots < len(self.size)]
        self.size[slots] = self.added[slots] = 0

    def _places(self, slots: Numbers) -> tuple[Numbers, Numbers]:
        """Of all postings of these slots, and how many each has."""
        lengths = np.minimum(self.added[slots], self.size[slots])
        return _runs(self.begin[slots], lengths), lengths

    def _lengthen(self, slots: Numbers) -> None:
        size = np.clip(2 * self.size[slots], FEWEST, MOST_OF_A_TERM)
        whole = int(size.sum())
        if self._end + whole > len(self.reports):
            self._rewrite(whole)
        places, lengths = self._places(slots)
        begin = self._end + np.cumsum(size) - size
        there = _runs(begin, lengths)
        self.reports[there], self.weights[there] = self.reports[places], self.weights[places]
        self.begin[slots], self.size[slots] = begin, size
        self._end += whole

    def _rewrite(self, more: int) -> None:
        """Close the gaps, with room for `more` and as much again."""
        slots = np.flatnonzero(self.size)
        places, lengths = self._places(slots)
        size = self.size[slots]
        self._end = int(size.sum())
        self.begin[slots] = np.cumsum(size) - size
        there = _runs(self.begin[slots], lengths)
        reports, weights = self.reports[places], self.weights[places]
        room = 2 * (self._end + more)
        self.reports, self.weights = np.zeros(room, np.int64), np.zeros(room, np.int64)
        self.reports[there], self.weights[there] = reports, weights

    def _make_room(self, slots: Numbers) -> None:
        if len(slots) and (room := int(slots.max()) + 1) > len(self.size):
            more = np.zeros(room, np.int64)
            self.begin = np.concatenate((self.begin, more))
            self.size = np.concatenate((self.size, more))
            self.added = np.concatenate((self.added, more))


def _runs(begin: Numbers, lengths: Numbers) -> Numbers:
    """All places of runs, one run after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(begin - before, lengths) + np.arange(int(lengths.sum()))
