"""Where the records of a partition came to lie on another log: old offsets to new ones. Pure.

Offsets differ because compaction and retention leave gaps in one log, and transaction markers in the other.
"""

from array import array
from bisect import bisect_right


class Places:
    """Grows with the stretches without a gap, not with the records: 24 bytes a stretch."""

    def __init__(self) -> None:
        self._old = array("q")
        self._new = array("q")
        self._count = array("q")

    def note(self, old: int, new: int) -> None:
        """Call it in the order of the records."""
        if self._old:
            count = self._count[-1]
            if old == self._old[-1] + count and new == self._new[-1] + count:
                self._count[-1] = count + 1
                return
        self._old.append(old)
        self._new.append(new)
        self._count.append(1)

    def new_offset(self, old: int) -> int:
        """Where the first record lies that was at `old` or behind it; else one behind the last."""
        at = bisect_right(self._old, old) - 1
        if at >= 0 and old < self._old[at] + self._count[at]:
            return self._new[at] + old - self._old[at]
        if at + 1 < len(self._new):
            return self._new[at + 1]
        return self._new[-1] + self._count[-1] if self._new else 0

    def __len__(self) -> int:
        return sum(self._count)
