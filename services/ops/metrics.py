"""Every metric there is, in one typed table. Nothing else in the project makes a metric.

Promises: label values are enums, so the number of series is fixed before the first record; every child
exists at 0 from the start, because a counter born at 1 is invisible to `increase()`; the table, the
registry and `docs/metrics.md` (`python -m services.ops.metrics > docs/metrics.md`) are one thing.
"""

from collections.abc import Iterator
from importlib.metadata import version
from itertools import product
from typing import Literal, get_args

import msgspec
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from services.contracts.feeds import FeedStatus
from services.contracts.topics import BY_NAME, FEED_PARTITIONS, SHARD_COUNT, TOPICS
from services.ops.outcomes import DEAD, OUTCOMES, SERVICES
from services.stream.observer import Result, State

PREFIX = "newsfold_"
Kind = Literal["counter", "gauge", "histogram"]
Values = tuple[str, ...]
Child = Counter | Gauge | Histogram

NUMBERS: Values = tuple(str(number) for number in range(max(FEED_PARTITIONS, SHARD_COUNT)))
_READ = tuple(
    (reader, topic.name)
    for topic in TOPICS
    for reader in topic.readers
    if reader in SERVICES and reader != topic.writer  # a service restores from its own topics
)
_WRITTEN = tuple((topic.writer, topic.name) for topic in TOPICS if topic.writer in SERVICES)
_TAKEN = tuple(
    (reader, topic, str(number))
    for reader, topic in _READ
    if topic != "feeds"  # read from the start at every start, so no offset is ever committed
    for number in range(BY_NAME[topic].partitions)
)
RESTORE_SOURCES: Values = ("log", "snapshot", "refused-snapshot")
REBALANCES: Values = ("assigned", "revoked", "lost", "unchanged")
FEED_STATES: Values = (*get_args(FeedStatus), "unpolled")
_BY_SERVICE = tuple((service,) for service in SERVICES)


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `allowed` holds every combination of label values there can be."""

    name: str
    """Without the prefix; ends in the unit, counters in `_total`."""
    kind: Kind
    unit: str
    labels: Values = ()
    allowed: tuple[Values, ...] = ((),)
    help: str
    buckets: tuple[float, ...] = ()


METRICS: tuple[Metric, ...] = (
    Metric(
        name="build_info",
        kind="gauge",
        unit="1",
        labels=("version",),
        allowed=((version("newsfold"),),),
        help="Always 1; the version is in the label.",
    ),
    Metric(
        name="ready",
        kind="gauge",
        unit="bool",
        labels=("service",),
        allowed=_BY_SERVICE,
        help="1 while the service owns partitions, has restored them and works on them.",
    ),
    Metric(
        name="bus_connected",
        kind="gauge",
        unit="bool",
        labels=("service",),
        allowed=_BY_SERVICE,
        help="1 while the bus answers and the service's last publish did not fail.",
    ),
    Metric(
        name="partition_lag_records",
        kind="gauge",
        unit="records",
        labels=("service", "topic", "partition"),
        allowed=_TAKEN,
        help=(
            "Offsets between what is taken and the last committed record of an owned partition; 0 when "
            "there is nothing to take. A backlog on Kafka counts the markers of transactions too."
        ),
    ),
    Metric(
        name="partition_lag_seconds",
        kind="gauge",
        unit="seconds",
        labels=("service", "topic", "partition"),
        allowed=_TAKEN,
        help="How long ago the oldest record not taken yet was first seen; 0 when there is none.",
    ),
    Metric(
        name="records_in_total",
        kind="counter",
        unit="records",
        labels=("service", "topic"),
        allowed=_READ,
        help="Records taken from a topic, counted when the step that took them is committed.",
    ),
    Metric(
        name="readings_total",
        kind="counter",
        unit="readings",
        labels=("service",),
        allowed=(("ingest",),),
        help="Inputs from outside the log: polls, pages, lines of an archive.",
    ),
    Metric(
        name="records_out_total",
        kind="counter",
        unit="records",
        labels=("service", "topic"),
        allowed=_WRITTEN,
        help="Records published, committed only.",
    ),
    Metric(
        name="outcomes_total",
        kind="counter",
        unit="inputs",
        labels=("service", "outcome"),
        allowed=tuple((service, outcome) for service in SERVICES for outcome in OUTCOMES[service]),
        help="How inputs ended; dead letters are counted apart.",
    ),
    Metric(
        name="dead_letters_total",
        kind="counter",
        unit="inputs",
        labels=("service", "reason"),
        allowed=tuple((service, reason) for service in SERVICES for reason in DEAD[service]),
        help="Inputs that could not be used.",
    ),
    Metric(
        name="held_records",
        kind="gauge",
        unit="records",
        labels=("service",),
        allowed=_BY_SERVICE,
        help="Inputs taken and not decided yet, such as articles ahead of the watermark.",
    ),
    Metric(
        name="unaccounted_records",
        kind="gauge",
        unit="records",
        labels=("service",),
        allowed=_BY_SERVICE,
        help="Inputs minus outcomes, dead letters and held, at the last commit. Anything but 0 is a bug.",
    ),
    Metric(
        name="transactions_total",
        kind="counter",
        unit="transactions",
        labels=("service", "result"),
        allowed=tuple(product(SERVICES, get_args(Result))),
        help="Attempts to publish outputs and consumed offsets in one act.",
    ),
    Metric(
        name="transaction_seconds",
        kind="histogram",
        unit="seconds",
        labels=("service", "result"),
        allowed=tuple(product(SERVICES, get_args(Result))),
        help="Time from the attempt to the answer.",
        buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    ),
    Metric(
        name="loop_seconds_total",
        kind="counter",
        unit="seconds",
        labels=("service", "state"),
        allowed=tuple(product(SERVICES, get_args(State))),
        help="Where the lanes of a service, and the fetching they share, spend their time.",
    ),
    Metric(
        name="partitions_owned",
        kind="gauge",
        unit="partitions",
        labels=("service",),
        allowed=_BY_SERVICE,
        help="Partition numbers the service works on in this process.",
    ),
    Metric(
        name="rebalances_total",
        kind="counter",
        unit="rebalances",
        labels=("service", "kind"),
        allowed=tuple(product(SERVICES, REBALANCES)),
        help="Partitions given or taken by an assignment; lost: taken over by another process before it.",
    ),
    Metric(
        name="state_restore_seconds",
        kind="histogram",
        unit="seconds",
        labels=("service",),
        allowed=_BY_SERVICE,
        help="Time to rebuild a partition's state from its changelog.",
        buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800),
    ),
    Metric(
        name="state_restores_total",
        kind="counter",
        unit="restores",
        labels=("service", "source"),
        allowed=tuple(product(SERVICES, RESTORE_SOURCES)),
        help="States rebuilt, by what was there to begin with; a snapshot is completed from the log.",
    ),
    Metric(
        name="state_restored_records_total",
        kind="counter",
        unit="records",
        labels=("service",),
        allowed=_BY_SERVICE,
        help="Changelog records applied while restoring.",
    ),
    Metric(
        name="partition_progress_timestamp_seconds",
        kind="gauge",
        unit="seconds",
        labels=("service", "partition"),
        allowed=tuple(product(SERVICES, NUMBERS)),
        help="Unix time of the last commit of a partition number; 0 before the first.",
    ),
    Metric(
        name="story_age_seconds",
        kind="histogram",
        unit="seconds",
        help=(
            "From the first sight of a version to the published change of its story; not counted beyond "
            "a day, which is back-fill or a recording."
        ),
        buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
    ),
    Metric(
        name="feeds",
        kind="gauge",
        unit="feeds",
        labels=("state",),
        allowed=tuple((state,) for state in FEED_STATES),
        help="Feeds by state. The states exclude each other; their sum is all feeds.",
    ),
    Metric(
        name="event_loop_lag_seconds",
        kind="histogram",
        unit="seconds",
        help="How late a timer of the event loop was, sampled four times a second.",
        buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
    ),
    Metric(
        name="log_bytes",
        kind="gauge",
        unit="bytes",
        help="Size of the embedded log with its write-ahead file; 0 on another bus.",
    ),
    Metric(
        name="disk_free_bytes",
        kind="gauge",
        unit="bytes",
        help="Free space where the embedded log lies; 0 on another bus.",
    ),
)


class Metrics:
    """All children, bound once. `bound` raises KeyError for what is not in the table."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._children = {row.name: dict(self._bind(row)) for row in METRICS}
        self.gauge("build_info", version("newsfold")).set(1)

    def counter(self, name: str, *values: str) -> Counter:
        child = self._children[name][values]
        assert isinstance(child, Counter)
        return child

    def gauge(self, name: str, *values: str) -> Gauge:
        child = self._children[name][values]
        assert isinstance(child, Gauge)
        return child

    def histogram(self, name: str, *values: str) -> Histogram:
        child = self._children[name][values]
        assert isinstance(child, Histogram)
        return child

    def exposition(self) -> bytes:
        """The Prometheus text format, version 0.0.4."""
        return generate_latest(self._registry)

    def _bind(self, row: Metric) -> Iterator[tuple[Values, Child]]:
        name = PREFIX + row.name
        parent: Child
        if row.kind == "histogram":
            parent = Histogram(name, row.help, row.labels, registry=self._registry, buckets=row.buckets)
        else:
            make = Counter if row.kind == "counter" else Gauge
            parent = make(name, row.help, row.labels, registry=self._registry)
        for values in row.allowed:
            yield values, parent.labels(*values) if values else parent


def table() -> str:
    """`docs/metrics.md`."""
    head = [
        "# Metrics",
        "",
        "Made from `services/ops/metrics.py` by `python -m services.ops.metrics > docs/metrics.md`.",
        "Every label value that can occur is listed; every series exists from the start.",
        "",
        "| metric | type | unit | labels | meaning |",
        "|---|---|---|---|---|",
    ]
    rows = [
        f"| `{PREFIX}{row.name}` | {row.kind} | {row.unit} | {_labels(row)} | {row.help} |" for row in METRICS
    ]
    return "\n".join([*head, *rows, ""])


def _labels(row: Metric) -> str:
    """`service: a, b; topic: c` where every value goes with every other, else a list for each service."""
    if row.name == "build_info":
        return "version"
    columns = [list(dict.fromkeys(column)) for column in zip(*row.allowed, strict=True)]
    if set(product(*columns)) == set(row.allowed):
        named = zip(row.labels, columns, strict=True)
        return "; ".join(f"{label}: {', '.join(values)}" for label, values in named) or "none"
    first, second, *rest = row.labels
    lists = (
        f"{value} → {', '.join(dict.fromkeys(one[1] for one in row.allowed if one[0] == value))}"
        for value in columns[0]
    )
    more = [f"{label}: {', '.join(values)}" for label, values in zip(rest, columns[2:], strict=True)]
    return "; ".join([f"{first} → {second}: {'; '.join(lists)}", *more])


if __name__ == "__main__":
    print(table(), end="")
