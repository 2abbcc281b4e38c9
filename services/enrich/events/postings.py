"""An inverted index: of each term the latest reports that have it, with its weight in each.

All in one pair of arrays, in which a term has a run of places that is written round and round. A run that
is full moves behind all others into one of twice its length; what is left behind goes when the arrays are
written anew.
"""

import numpy as np

from services.enrich.events.lexicon import Numbers

MOST_OF_A_TERM = 200
"""Of the reports that share a term the latest so many are looked at: what more share is not rare."""
_FEWEST = 2


class Postings:
    """Terms go by slots."""

    def __init__(self) -> None:
        self._begin: Numbers = np.zeros(1 << 10, np.int64)
        self._size: Numbers = np.zeros(1 << 10, np.int64)
        self._added: Numbers = np.zeros(1 << 10, np.int64)
        self._end = 0
        self._reports: Numbers = np.zeros(1 << 12, np.int64)
        self._weights: Numbers = np.zeros(1 << 12, np.int64)

    def add(self, slots: Numbers, weights: Numbers, report: int) -> None:
        """Each slot once; reports in ascending order."""
        self._make_room(slots)
        size, added = self._size[slots], self._added[slots]
        if (full := (added == size) & (size < MOST_OF_A_TERM)).any():
            self._lengthen(slots[full])
            size = self._size[slots]
        places = self._begin[slots] + added % size
        self._reports[places], self._weights[places] = report, weights
        self._added[slots] = added + 1

    def of(self, slots: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
        """Of each posting the report, and its weight times that of the slot."""
        slots, weights = slots[known := slots < len(self._size)], weights[known]
        places, lengths = self._places(slots)
        return self._reports[places], self._weights[places] * np.repeat(weights, lengths)

    def forget(self, slots: Numbers) -> None:
        slots = slots[slots < len(self._size)]
        self._size[slots] = self._added[slots] = 0

    def _places(self, slots: Numbers) -> tuple[Numbers, Numbers]:
        """Of all postings of these slots, and how many each has."""
        lengths = np.minimum(self._added[slots], self._size[slots])
        return _runs(self._begin[slots], lengths), lengths

    def _lengthen(self, slots: Numbers) -> None:
        size = np.clip(2 * self._size[slots], _FEWEST, MOST_OF_A_TERM)
        whole = int(size.sum())
        if self._end + whole > len(self._reports):
            self._rewrite(whole)
        places, lengths = self._places(slots)
        begin = self._end + np.cumsum(size) - size
        there = _runs(begin, lengths)
        self._reports[there], self._weights[there] = self._reports[places], self._weights[places]
        self._begin[slots], self._size[slots] = begin, size
        self._end += whole

    def _rewrite(self, more: int) -> None:
        """Close the gaps, with room for `more` and as much again."""
        slots = np.flatnonzero(self._size)
        places, lengths = self._places(slots)
        size = self._size[slots]
        self._end = int(size.sum())
        self._begin[slots] = np.cumsum(size) - size
        there = _runs(self._begin[slots], lengths)
        reports, weights = self._reports[places], self._weights[places]
        room = 2 * (self._end + more)
        self._reports, self._weights = np.zeros(room, np.int64), np.zeros(room, np.int64)
        self._reports[there], self._weights[there] = reports, weights

    def _make_room(self, slots: Numbers) -> None:
        if len(slots) and (room := int(slots.max()) + 1) > len(self._size):
            more = np.zeros(room, np.int64)
            self._begin = np.concatenate((self._begin, more))
            self._size = np.concatenate((self._size, more))
            self._added = np.concatenate((self._added, more))


def _runs(begin: Numbers, lengths: Numbers) -> Numbers:
    """All places of runs, one run after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(begin - before, lengths) + np.arange(int(lengths.sum()))
