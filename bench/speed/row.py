"""A row of the table: figures of one kind, those of Newsfold beside those of others."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

Number = float | int | str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How much is to be measured."""

    articles: int = 20_000
    live: int = 20_000
    """In the window, once so many have come."""
    peers: bool = True
    """Measure the others beside."""
    invented: bool = False
    """Leave the press copy alone, even if it is there."""


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is written of one measurement."""

    key: str
    title: str
    how: str
    """What was measured, in a sentence or two."""
    head: tuple[str, ...]
    lines: tuple[tuple[Number, ...], ...]
    ratios: Mapping[str, float] = {}
    """By name, larger is better: what `--check` compares, for seconds depend on the machine."""
    curves: Mapping[str, Sequence[tuple[int, float]]] = {}
    """By contender: live articles and microseconds an article, for the picture."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of one run, and what it ran on."""

    command: str
    machine: Mapping[str, Any]
    workload: Mapping[str, Any]
    rows: tuple[Row, ...]
    left_out: Mapping[str, str] = {}
    """Rows that could not be measured, and why."""
