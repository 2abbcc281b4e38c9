"""The metrics of one process: the rows of the table that its services have, bound once."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from importlib.metadata import version

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics, generate_latest

from services.ops.exposition import Exposition
from services.ops.instruments import BatchHistogram, Counter, Gauge, Instrument
from services.ops.labels import Values
from services.ops.metric import Metric
from services.ops.metrics import METRICS, PREFIX, services_of
from services.ops.outcomes import ROLES, SERVICES

PIECE_ROWS = 16
"""Of the exposition: written at once, before the event loop turns."""


class Metrics:
    """Children by name and label values, bound for good; KeyError for what is not in the table.

    What belongs to a service that does not run here, or to a partition that is not owned, can be set and
    is not shown.
    """

    def __init__(self, services: Collection[str] = SERVICES) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._services = frozenset(services)
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        self._rows: list[Callable[[], str]] = []
        """What gives the text of each."""
        self._owned: dict[str, frozenset[str]] = dict.fromkeys((*SERVICES, *ROLES), frozenset())
        self._children = {row.name: self._bind(row) for row in METRICS}
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
        """The Prometheus text format, version 0.0.4, in pieces: all at once would hold the event loop."""
        yield generate_latest(self._process)
        for at in range(0, len(self._rows), PIECE_ROWS):
            yield "".join([text() for text in self._rows[at : at + PIECE_ROWS]]).encode()

    def _bind(self, row: Metric) -> Mapping[Values, Instrument]:
        here, elsewhere = _make_metric(row), _make_metric(row)
        children, shown = {}, {}
        for values in row.allowed:
            is_shown = "service" not in row.labels or _service(row, values) in self._services
            parent = here if is_shown else elsewhere
            children[values] = parent.labels(*values) if values else parent
            if is_shown:
                shown[values] = children[values]
        if self._services.intersection(services_of(row)):
            self._rows.append(partial(Exposition(here, shown).text, partial(self._is_owned, row)))
        return children

    def _is_owned(self, row: Metric, values: Values) -> bool:
        """Or of no partition."""
        return not row.owned or values[-1] in self._owned[_service(row, values)]


def _make_metric(row: Metric) -> Instrument:
    name = PREFIX + row.name
    if row.kind == "histogram":
        return BatchHistogram(name, row.help, row.labels, registry=None, buckets=row.buckets)
    make = Counter if row.kind == "counter" else Gauge
    return make(name, row.help, row.labels, registry=None)


def _service(row: Metric, values: Values) -> str:
    """Whose series of an owned partition it is."""
    return values[row.labels.index("service")] if "service" in row.labels else row.services[0]
