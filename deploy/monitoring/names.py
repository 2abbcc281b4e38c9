"""Every name an expression uses, checked against the catalogue of metrics.

A misspelt metric, label, label value or bucket edge is no error to Prometheus: it is an alert that never
fires and a panel that stays empty. Here it raises `Unknown` before anything is written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from services.ops.metric import Metric
from services.ops.metrics import METRICS, PREFIX

SCRAPED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "up": (),
        "scrape_samples_scraped": (),
        "process_start_time_seconds": (),
        "process_resident_memory_bytes": (),
        "process_cpu_seconds_total": (),
        "ALERTS": ("alertname", "alertstate", "severity"),
    }
)
"""Series that Prometheus and its client make, with the labels that may be asked for."""
TARGET = ("job", "instance")
"""Labels the scraper adds; their values are the installation's own."""
WORDS = frozenset(
    "sum max min avg count by on ignoring group_left without or and unless rate increase deriv changes "
    "predict_linear histogram_quantile clamp_min time vector absent avg_over_time abs".split()
)
_ROWS = {PREFIX + row.name: row for row in METRICS}
_PARTS = ("_bucket", "_sum", "_count")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
_SELECTOR = re.compile(r"(?<![\w:.$])([A-Za-z_]\w*(?::\w+)*)(\{[^{}]*\})?")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left)\s*\(([^()]*)\)")


class Unknown(ValueError):
    """A name that the catalogue does not have."""


class Matcher(NamedTuple):
    label: str
    operator: str
    text: str

    def wants(self) -> Sequence[str]:
        """Patterns of which each must meet a value, `!=` and `!~` included: a typo excludes nothing."""
        return self.text.split("|") if "~" in self.operator else [re.escape(self.text)]


def used(expression: str, recorded: Iterable[str] = ()) -> frozenset[str]:
    """The catalogue's metrics an expression stands on, without prefix.

    `recorded`: names of recording rules that may be used. Raises `Unknown` for every name that is neither.
    """
    known = {*WORDS, *recorded}
    for labels in _GROUPING.findall(expression):
        for label in filter(None, (part.strip() for part in labels.split(","))):
            _grouped(label, expression)
    return frozenset(
        row.name
        for name, matchers in _SELECTOR.findall(_GROUPING.sub(" ", expression))
        if name not in known
        for row in _row(name, [Matcher(*found) for found in _MATCHER.findall(matchers)], expression)
    )


def row_of(name: str) -> Metric | None:
    """The row behind the name of a series; a histogram's series are `_bucket`, `_sum` and `_count`."""
    row = _ROWS.get(name)
    if row is not None:
        return None if row.kind == "histogram" else row
    for part in _PARTS:
        row = _ROWS.get(name.removesuffix(part))
        if name.endswith(part) and row is not None and row.kind == "histogram":
            return row
    return None


def _row(name: str, matchers: Sequence[Matcher], expression: str) -> Iterator[Metric]:
    if name in SCRAPED:
        allowed = (*SCRAPED[name], *TARGET)
        for label in (matcher.label for matcher in matchers if matcher.label not in allowed):
            raise Unknown(f"{name} has no label {label}: {expression}")
        return
    row = row_of(name)
    if row is None:
        raise Unknown(f"the catalogue has no series {name}: {expression}")
    ours = [matcher for matcher in matchers if matcher.label not in (*TARGET, "le")]
    for edge in (matcher for matcher in matchers if matcher.label == "le"):
        if not (name.endswith("_bucket") and edge.operator == "=" and edge.text in edges(row)):
            raise Unknown(f"{name} has no bucket le={edge.text!r}, but {', '.join(edges(row))}: {expression}")
    _values(row, ours, expression)
    yield row


def edges(row: Metric) -> Sequence[str]:
    """The `le` of each bucket as the client writes it: `120.0`, never `120`."""
    return [*(str(float(edge)) for edge in row.buckets), "+Inf"]


def _values(row: Metric, matchers: Sequence[Matcher], expression: str) -> None:
    left = row.allowed
    for matcher in matchers:
        if matcher.label not in row.labels:
            raise Unknown(f"{row.name} has no label {matcher.label}: {expression}")
        place = row.labels.index(matcher.label)
        for wanted in matcher.wants():
            if not any(re.fullmatch(wanted, values[place]) for values in left):
                raise Unknown(f"{row.name} has no {matcher.label} {wanted!r}: {expression}")
        if not matcher.operator.startswith("!"):
            pattern = "|".join(matcher.wants())
            left = tuple(values for values in left if re.fullmatch(pattern, values[place]))


def _grouped(label: str, expression: str) -> None:
    labels = {label for row in METRICS for label in row.labels}
    if label not in {*labels, *TARGET, "le", *SCRAPED["ALERTS"]}:
        raise Unknown(f"no metric has a label {label}: {expression}")
