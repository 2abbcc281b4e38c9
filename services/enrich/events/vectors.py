"""The vectors of the reports at hand in arrays, for kernels to compare."""

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport
from services.enrich.events.lexicon import Numbers
from services.enrich.events.neighbours import microseconds
from services.enrich.events.reports import Vector

NO_TERM = -1
_ROWS, _WIDTH = 1 << 6, 1 << 6
Rows = npt.NDArray[np.int32]


class Vectors:
    """A row for each number of a report, written round and round."""

    def __init__(self) -> None:
        self.terms: Rows = np.full((_ROWS, _WIDTH), NO_TERM, np.int32)
        """Behind the last of each report there is none."""
        self.shares: Rows = np.zeros((_ROWS, _WIDTH), np.int32)
        self.news: Rows = np.zeros((_ROWS, _WIDTH), np.int32)
        self.sharpness: npt.NDArray[np.float64] = np.zeros(_ROWS)
        self.crowds: Numbers = np.zeros(_ROWS, np.int64)
        self.seen: Numbers = np.zeros(_ROWS, np.int64)
        """In microseconds since 1970."""
        self.dates: Numbers = np.zeros(_ROWS, np.int64)
        """Ordinals of the days."""
        self.sums: npt.NDArray[np.int64] = np.zeros((_ROWS, 2), np.int64)
        """Of what compares, and of its squares; all 0 while nothing is compared."""

    def put(self, kept: EventReport, vector: Vector, first: int) -> None:
        """`first`: the earliest report whose vector is wanted any more."""
        number, count = kept.number, len(vector.terms)
        self.make_room(number - first, count, first)
        rows = len(self.terms)
        row = number & (rows - 1)
        self.terms[row, :count], self.shares[row, :count] = vector.terms, vector.shares
        self.news[row, :count] = vector.news
        self.terms[row, count:] = NO_TERM
        self.sharpness[row] = vector.sharpness
        self.crowds[row], self.seen[row] = kept.crowd, microseconds(kept.seen_at)
        self.dates[row] = kept.seen_at.toordinal()

    def rows_of(self, numbers: Numbers) -> Numbers:
        return numbers & (len(self.sharpness) - 1)

    def make_room(self, reports: int, terms: int, first: int) -> None:
        """For so many reports behind the first one, and for one of so many terms."""
        if reports >= self.terms.shape[0] or terms > self.terms.shape[1]:
            self._widen(reports, terms, first)

    def _widen(self, reports: int, terms: int, first: int) -> None:
        old, width = self.terms.shape
        rows = 1 << max(reports.bit_length(), old.bit_length() - 1)
        wide = max(width, terms)
        numbers = np.arange(first, first + old)
        for name in ("terms", "shares", "news", "sharpness", "crowds", "seen", "dates"):
            before = getattr(self, name)
            after = np.full((rows, wide)[: before.ndim], NO_TERM if name == "terms" else 0, before.dtype)
            places = (numbers & (rows - 1), slice(0, width))[: before.ndim]
            after[places] = before[numbers & (old - 1)]
            setattr(self, name, after)
        self.sums = np.zeros((rows, 2), np.int64)
