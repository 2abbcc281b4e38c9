"""The metrics of one process: the rows of the table that its services have, bound once."""

from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client import Metric as PrometheusMetric
from prometheus_client.registry import Collector

from services.ops.batch_histogram import BatchHistogram
from services.ops.labels import Values
from services.ops.metric import Metric
from services.ops.metrics import METRICS, PREFIX, services_of
from services.ops.outcomes import SERVICES

Child = Counter | Gauge | BatchHistogram


class Metrics:
    """Children by name and label values, bound for good; KeyError for what is not in the table.

    What belongs to a service that does not run here, or to a partition that is not owned, can be set and
    is not shown.
    """

    def __init__(self, services: Collection[str] = SERVICES) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._services = frozenset(services)
        self._rows: list[CollectorRegistry] = []
        """Each with one collector."""
        ProcessCollector(registry=self._row())
        self._owned: dict[str, frozenset[str]] = dict.fromkeys(SERVICES, frozenset())
        self._children = {row.name: dict(self._bind(row)) for row in METRICS}
        for service in self._services:
            self.gauge("build_info", service, version("newsfold")).set(1)

    def counter(self, name: str, *values: str) -> Counter:
        child = self._children[name][values]
        assert isinstance(child, Counter)
        return child

    def gauge(self, name: str, *values: str) -> Gauge:
        child = self._children[name][values]
        assert isinstance(child, Gauge)
        return child

    def histogram(self, name: str, *values: str) -> BatchHistogram:
        child = self._children[name][values]
        assert isinstance(child, BatchHistogram)
        return child

    def own(self, service: str, numbers: Collection[int]) -> None:
        """Show the series of these partition numbers, new ones at 0, and no longer those of others."""
        wanted = frozenset(map(str, numbers))
        new, self._owned[service] = wanted - self._owned[service], wanted
        for row in METRICS:
            for values in row.allowed if row.owned and new else ():
                if values[-1] in new and _service(row, values) == service:
                    self.gauge(row.name, *values).set(0)

    def exposition(self) -> Iterator[bytes]:
        """The Prometheus text format, version 0.0.4, row by row: all at once would hold the event loop."""
        return map(generate_latest, self._rows)

    def _row(self) -> CollectorRegistry:
        self._rows.append(CollectorRegistry())
        return self._rows[-1]

    def _bind(self, row: Metric) -> Iterator[tuple[Values, Child]]:
        here, elsewhere = _make_metric(row), _make_metric(row)
        if self._services.intersection(services_of(row)):
            self._row().register(_OwnedSeries(row, here, self._owned) if row.owned else here)
        for values in row.allowed:
            parent = (
                here if "service" not in row.labels or _service(row, values) in self._services else elsewhere
            )
            yield values, parent.labels(*values) if values else parent


class _OwnedSeries(Collector):
    """A row without the samples of partitions that are not owned."""

    def __init__(self, row: Metric, all_of_it: Child, owned: Mapping[str, frozenset[str]]) -> None:
        self._row = row
        self._all = all_of_it
        self._owned = owned

    def collect(self) -> Iterator[PrometheusMetric]:
        for family in self._all.collect():
            family.samples = [one for one in family.samples if self._shows(one.labels)]
            yield family

    def _shows(self, labels: Mapping[str, str]) -> bool:
        service = labels.get("service", self._row.services[0])
        return labels[self._row.labels[-1]] in self._owned[service]


def _make_metric(row: Metric) -> Child:
    name = PREFIX + row.name
    if row.kind == "histogram":
        return BatchHistogram(name, row.help, row.labels, registry=None, buckets=row.buckets)
    make = Counter if row.kind == "counter" else Gauge
    return make(name, row.help, row.labels, registry=None)


def _service(row: Metric, values: Values) -> str:
    """Whose series of an owned partition it is."""
    return values[row.labels.index("service")] if "service" in row.labels else row.services[0]
