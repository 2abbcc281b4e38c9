"""Who took from whom, over time: a row for each text, an elbow to the one it was taken from. Pure.

Rows are drawn one by one beside the words they belong to; lines meet because each row knows what passes it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.desk.drawings.axis import Axis

_MOST_PASSING = 24
"""Lines through one row; a tree with more is a thicket whatever is drawn."""


class Leaf(NamedTuple):
    key: str
    parent: str
    """Empty: it has none."""
    at: datetime


class TreeRow(NamedTuple):
    key: str
    x: float
    from_x: float | None = None
    """Where the line from its parent comes down; None: a root."""
    goes_on: bool = False
    """The parent's line goes on to further rows."""
    opens: bool = False
    """Rows below hang from this one."""
    passing: tuple[float, ...] = ()
    """Lines of other parents, from edge to edge."""


def rows(leaves: Sequence[Leaf], axis: Axis) -> tuple[TreeRow, ...]:
    """In the order given. A parent that does not stand above is none: nothing is drawn upwards."""
    place = {leaf.key: number for number, leaf in enumerate(leaves)}
    parents = [_parent(leaf, number, place) for number, leaf in enumerate(leaves)]
    lowest = {parent: number for number, parent in enumerate(parents) if parent is not None}
    xs = [axis.x(leaf.at) for leaf in leaves]
    found, open_lines = [], list[int]()
    for number, leaf in enumerate(leaves):
        parent = parents[number]
        open_lines = [line for line in open_lines if lowest[line] >= number]
        passing = {xs[line] for line in open_lines if line != parent}
        found.append(
            TreeRow(
                leaf.key,
                xs[number],
                None if parent is None else xs[parent],
                parent is not None and lowest[parent] > number,
                number in lowest,
                tuple(sorted(passing)[:_MOST_PASSING]),
            )
        )
        if number in lowest:
            open_lines.append(number)
    return tuple(found)


def _parent(leaf: Leaf, number: int, place: Mapping[str, int]) -> int | None:
    parent = place.get(leaf.parent)
    return parent if parent is not None and parent < number else None
