"""Goals with their numbers: for a terminal, and as a page of the documentation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bench.quality.goals import Bar, Figure, Form, Goal

HEAD = ("figure", "data", "to reach", "Newsfold", "as we read it", "datasketch", "")
_NOTHING = "-"


class Measured(NamedTuple):
    """A figure's numbers on one data set. None: it makes no sense there."""

    newsfold: float
    datasketch: float | None = None
    read: float | None = None
    """Newsfold's, with our own judgements in the place of the data's where the two differ."""


Measures = Mapping[Figure, Measured]


class Row(NamedTuple):
    goal: Goal
    measured: Measured

    @property
    def reached(self) -> bool:
        return self.goal.bar.reached(self.measured.newsfold)

    def cells(self) -> tuple[str, ...]:
        form = self.goal.figure.form
        ours, theirs, read = self.measured
        return (
            self.goal.figure.words,
            self.goal.data,
            _bar(self.goal.bar, form),
            _number(ours, form),
            *(_NOTHING if value is None else _number(value, form) for value in (read, theirs)),
            "reached" if self.reached else "NOT REACHED",
        )


def rows(goals: Iterable[Goal], measures: Mapping[str, Measures]) -> list[Row]:
    """One row for each goal on the data that was measured. Raises `KeyError` where a figure was forgotten."""
    return [Row(goal, measures[goal.data][goal.figure]) for goal in goals if goal.data in measures]


def text(found: Sequence[Row]) -> str:
    lines = [HEAD, *(row.cells() for row in found)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 2 <= column <= 5 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def markdown(found: Sequence[Row]) -> str:
    lines = [HEAD, ("---", "---", "--:", "--:", "--:", "--:", "---"), *(row.cells() for row in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float, form: Form) -> str:
    if form == "yes":
        return "yes" if value else "no"
    if form == "count":
        return f"{value:,.0f}"
    return f"{value:.4f}" if form == "share" else f"{value:.2f}"


def _bar(bar: Bar, form: Form) -> str:
    if form == "yes":
        return "yes"
    return f"{bar.value:g}" if bar.side == "=" else f"{bar.side} {bar.value:g}"
