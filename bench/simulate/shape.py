"""Shape: how articles come and what they are like, measured on real copy and shipped as numbers alone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np

FILE = Path(__file__).with_name("shape.json")
_STEPS = 51


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    hours: Sequence[float]
    """Share of a day's articles by hour of day."""
    weekdays: Sequence[float]
    """Articles of each day of the week, beside the mean day."""
    words: Sequence[float]
    """Of a text, beside the mean text: quantiles at equal distances, the lowest first."""
    looks: Sequence[float]
    """Pairs that an article is looked at in, the same way."""
    story_sizes: Sequence[tuple[int, int]]
    """Articles of a story, and how many stories have so many."""

    @property
    def busiest_day(self) -> float:
        return max(self.weekdays)

    @property
    def peak(self) -> float:
        """The busiest hour beside the mean one."""
        return self.busiest_day * 24 * max(self.hours)


def recorded() -> Shape:
    return msgspec.json.decode(FILE.read_bytes(), type=Shape)


def record(shape: Shape) -> None:
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(shape), indent=0) + b"\n")


def measured(
    wire: Sequence[datetime],
    press: Sequence[datetime],
    words: Sequence[int],
    looks: Sequence[int],
    sizes: Sequence[int],
) -> Shape:
    """Hours are those of a wire, whose stamps are its own; days of the week those of the press."""
    hours = np.bincount([at.hour for at in wire], minlength=24)
    days = np.bincount([at.weekday() for at in press], minlength=7)
    return Shape(
        hours=_rounded(hours / hours.sum()),
        weekdays=_rounded(7 * days / days.sum()),
        words=_quantiles(words),
        looks=_quantiles(looks),
        story_sizes=sorted(Counter(sizes).items()),
    )


def _quantiles(figures: Sequence[int]) -> list[float]:
    """Of which the mean is 1."""
    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    found = np.quantile(np.asarray(figures, float), steps)
    return _rounded(found / found.mean())


def _rounded(figures: np.ndarray) -> list[float]:
    return [round(float(figure), 4) for figure in figures]
