"""Counts and figures over time as paths in a box of 100 by 100. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

_MARGIN = 8.0
"""Percent of the height left free above and below."""


class Dot(NamedTuple):
    x: float
    y: float


def heights(values: Sequence[float], *, lowest: float | None = None) -> tuple[float, ...]:
    """Percent from above; equal values lie in the middle. What is no number lies at the bottom."""
    numbers = [value for value in values if math.isfinite(value)]
    low = min(numbers, default=0.0) if lowest is None else lowest
    high = max(numbers, default=0.0)
    return tuple(_height(value, low, high) for value in values)


def _height(value: float, low: float, high: float) -> float:
    if not math.isfinite(value):
        return 100 - _MARGIN
    # Halves first: the distance of two floats may be no float.
    part = (value / 2 - low / 2) / (high / 2 - low / 2) if high / 2 > low / 2 else 0.5
    return round(_MARGIN + (100 - 2 * _MARGIN) * (1 - min(1.0, max(0.0, part))), 2)


def steps(dots: Sequence[Dot]) -> str:
    """A path that keeps each height until the next dot, the last to the edge. Dots at one place are one."""
    if not dots:
        return ""
    last = {dot.x: dot.y for dot in dots}
    (x, y), *rest = last.items()
    return f"M{x:g} {y:g}" + "".join(f"H{x:g}V{y:g}" for x, y in rest) + "H100"


def bars(counts: Sequence[int]) -> tuple[Dot, ...]:
    """Of a spark: where each bar begins from the left, and how high it is, in percent."""
    most = max(counts, default=0)
    width = 100 / max(1, len(counts))
    return tuple(
        Dot(round(number * width, 2), round(100 * count / most, 2) if most else 0.0)
        for number, count in enumerate(counts)
    )
