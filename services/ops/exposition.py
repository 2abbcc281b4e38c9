"""One row of the table of metrics in the Prometheus text format, version 0.0.4.

The library's `generate_latest` is the definition, and writes a row once. From then on only amounts are put
behind what it wrote: names and labels, which cost it ten times as much, never change.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.utils import floatToGoString

from services.ops.instruments import Instrument
from services.ops.labels import Values


class Series(NamedTuple):
    """The lines of one child."""

    values: Values
    """Of the labels."""
    lines: str
    """With `%s` for each amount."""
    child: Instrument


class Exposition:
    """Of one row; its children are all there from the start."""

    def __init__(self, parent: Instrument, children: Mapping[Values, Instrument]) -> None:
        """`children` in the order in which `parent` made them; of a row without labels, itself."""
        self._parent = parent
        self._children = children

    def text(self, shows: Callable[[Values], bool]) -> str:
        """Of the children whose label values `shows` holds for."""
        about, series = self._written
        shown = [one for one in series if shows(one.values)]
        amounts = [amount for one in shown for amount in one.child.amounts()]
        return about + "".join([one.lines for one in shown]) % tuple(map(floatToGoString, amounts))

    @cached_property
    def _written(self) -> tuple[str, list[Series]]:
        registry = CollectorRegistry()
        registry.register(self._parent)
        lines = generate_latest(registry).decode().removesuffix("\n").split("\n")
        about = "".join(f"{line}\n" for line in lines if line.startswith("#"))
        blank = (_without_amount(line) for line in lines if not line.startswith("#"))
        return about, [
            Series(values, "".join(next(blank) for _ in child.amounts()), child)
            for values, child in self._children.items()
        ]


def _without_amount(line: str) -> str:
    return line.rpartition(" ")[0].replace("%", "%%") + " %s\n"
