"""Figures over time, each drawn small beside a table of its values. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.desk.drawings.axis import Axis, Tick
from services.desk.drawings.curve import Dot, heights, steps
from services.desk.views.event import EventPage
from services.desk.views.rows import FigureRow, FigureValue
from services.desk.views.storyline import StorylinePage


class Timeline(NamedTuple):
    row: FigureRow
    dots: tuple[Dot, ...]
    path: str
    first: FigureValue
    last: FigureValue
    changes: bool
    """It was not the same value all along."""


class Timelines(NamedTuple):
    lines: tuple[Timeline, ...]
    ticks: tuple[Tick, ...]


def timelines(view: EventPage | StorylinePage) -> dict[str, object]:
    return {"timelines": of(view.figures)}


def of(figures: Sequence[FigureRow]) -> Timelines:
    """What changed or is disputed first; all on one axis, so that they can be compared."""
    told = [row for row in figures if row.points]
    times: list[datetime] = [point.at for row in told for point in row.points]
    if not times:
        return Timelines((), ())
    axis = Axis(min(times), max(times))
    lines = sorted(
        (_line(row, axis) for row in told), key=lambda line: not (line.changes or line.row.conflict)
    )
    return Timelines(tuple(lines), tuple(axis.ticks()))


def _line(row: FigureRow, axis: Axis) -> Timeline:
    values = [point.value for point in row.points]
    places = zip((axis.x(point.at) for point in row.points), heights(values), strict=True)
    dots = tuple(dict.fromkeys(Dot(x, y) for x, y in places))
    return Timeline(row, dots, steps(dots), row.points[0], row.points[-1], len(set(values)) > 1)
