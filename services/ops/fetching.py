"""HTTP fetches as metrics: how they end, how long they take, how late they begin, how many are under way."""

from services.ops.registry import Metrics


class FetchMetrics:
    """Of one process; its feeders share it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._seconds = metrics.histogram("fetch_seconds")
        self._delay = metrics.histogram("poll_delay_seconds")
        self._wire = metrics.counter("fetch_bytes_total", "wire")
        self._decoded = metrics.counter("fetch_bytes_total", "decoded")
        self._requests = metrics.gauge("queue_depth", "ingest", "requests")
        self._parsers = metrics.gauge("queue_depth", "ingest", "parsers")
        self._under_way: dict[int, int] = {}

    def count_fetch(
        self, kind: str, outcome: str, seconds: float, *, wire_bytes: int, decoded_bytes: int
    ) -> None:
        """`kind`: `feed`, `page`, `robots` or `hub`. `outcome`: as an exchange names it."""
        self._metrics.counter("fetches_total", kind, outcome).inc()
        self._seconds.observe(seconds)
        self._wire.inc(wire_bytes)
        self._decoded.inc(decoded_bytes)

    def count_push(self, outcome: str) -> None:
        """`outcome`: what became of a hub's request."""
        self._metrics.counter("pushes_total", outcome).inc()

    def count_poll(self, delay_s: float) -> None:
        """A poll began so long after it was due."""
        self._delay.observe(max(0.0, delay_s))

    def set_load(self, number: int, *, requests: int, parsers: int) -> None:
        """The feeder of a partition number has so many requests under way; all share the parsers."""
        self._under_way[number] = requests
        self._requests.set(max(self._under_way.values()))
        self._parsers.set(parsers)
