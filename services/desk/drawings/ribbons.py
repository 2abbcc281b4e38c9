"""Where passages lie in two texts: a strip whose edges are the texts, with a ribbon for each. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from services.contracts.relations import Passage

_THINNEST = 0.6
"""Percent: a shorter passage is still seen."""


class Ribbon(NamedTuple):
    number: int
    left: tuple[float, float]
    right: tuple[float, float]

    @property
    def points(self) -> str:
        (a, b), (c, d) = self.left, self.right
        return f"0,{a:g} 100,{c:g} 100,{d:g} 0,{b:g}"


def ribbons(passages: Iterable[Passage], left: int, right: int) -> tuple[Ribbon, ...]:
    """`left` and `right` are the lengths of the texts."""
    return tuple(
        Ribbon(number, _part(p.start, p.end, left), _part(p.other_start, p.other_end, right))
        for number, p in enumerate(passages, 1)
    )


def _part(start: int, end: int, length: int) -> tuple[float, float]:
    whole = max(1, length)
    top = min(100 - _THINNEST, max(0.0, 100 * start / whole))
    return round(top, 2), round(min(100.0, max(top + _THINNEST, 100 * end / whole)), 2)
