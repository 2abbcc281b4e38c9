"""Reports in different languages laid beside each other by the vectors that an embedder made of them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from services.contracts.events import EventReport

FLOOR = 700_000
"""Cosine in millionths of two texts up to which they have nothing to do with each other: what is beyond it
counts as words in common do."""
_ROWS = 1 << 6


def likeness(one: EventReport, other: EventReport) -> int:
    """In millionths; 0 of reports that are not to be compared so."""
    if not one.sense or one.embedder != other.embedder or len(one.sense) != len(other.sense):
        return 0
    if not (one.language and other.language) or one.language == other.language:
        return 0
    return max(0, sum(mine * its for mine, its in zip(one.sense, other.sense, strict=True)) - FLOOR)


class Senses:
    """The vectors of the reports at hand, a row for each number, written round and round."""

    def __init__(self) -> None:
        self._rows: npt.NDArray[np.float32] = np.zeros((_ROWS, 0), np.float32)
        """Of whole numbers: sums of a million are exact, in any order."""
        self._numbers: npt.NDArray[np.int64] = np.full(_ROWS, -1)

    def put(self, kept: EventReport, first: int) -> None:
        """`first`: the earliest report that is wanted any more."""
        if not kept.sense:
            return
        rows = len(self._rows)
        if len(kept.sense) > self._rows.shape[1] or kept.number - first >= rows:
            self._widen(1 << max((kept.number - first).bit_length(), rows.bit_length() - 1), len(kept.sense))
        row = kept.number & (len(self._rows) - 1)
        self._rows[row] = 0
        self._rows[row, : len(kept.sense)] = kept.sense
        self._numbers[row] = kept.number

    def near(self, new: EventReport) -> Iterator[int]:
        """Numbers of reports that may be like it, in no order; some have left, or are in its language."""
        if not new.sense or len(new.sense) > self._rows.shape[1]:
            return
        cosines = self._rows[:, : len(new.sense)] @ np.array(new.sense, np.float32)
        yield from self._numbers[(cosines > FLOOR) & (self._numbers >= 0)].tolist()

    def _widen(self, rows: int, width: int) -> None:
        before, numbers = self._rows, self._numbers
        self._rows = np.zeros((rows, max(width, before.shape[1])), np.float32)
        self._numbers = np.full(rows, -1)
        held = np.flatnonzero(numbers >= 0)
        places = numbers[held] & (rows - 1)
        order = np.argsort(numbers[held])  # where two meet, the later one stays
        self._rows[places[order], : before.shape[1]] = before[held[order]]
        self._numbers[places[order]] = numbers[held[order]]
