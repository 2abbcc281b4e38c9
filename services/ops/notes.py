"""What tasks note, and how much they have, as metrics. They name the metric; its labels are known here."""

from collections import Counter, defaultdict

from services.ops.labels import AGE_PATHS, SHARD
from services.ops.metrics import METRICS
from services.ops.outcomes import OTHER
from services.ops.registry import Metrics
from services.stream.observer import Delivery

LIVE_S = 86_400.0
"""What was first seen longer ago is back-fill or a recording, and says nothing of our speed."""
DECIDED = ("story", "screened")
"""Outcomes of dedup that took a decision."""
_ROWS = {row.name: row for row in METRICS}


class Notes:
    """Of one service. Called once a delivery."""

    def __init__(self, service: str, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics

    def take(self, delivery: Delivery, *, now_s: float) -> None:
        number = str(delivery.number)
        observed: defaultdict[str, dict[float, int]] = defaultdict(dict)
        for (name, kind), count in delivery.noted.items():
            if _ROWS[name].kind == "histogram":
                observed[name][float(kind)] = count
            else:
                self._count(name, kind, number, count)
        for name, amounts in observed.items():
            self._metrics.histogram(name).observe_all(amounts)
        for name, level in delivery.levels.items():
            labels = (number,) if _ROWS[name].labels == SHARD.names else (self._service, number)
            self._metrics.gauge(name, *labels).set(level)
        if self._service == "dedup":
            self._time_verdicts(delivery)
        if self._service == "enrich":
            self._age(delivery, now_s)

    def _count(self, name: str, kind: str, number: str, count: int) -> None:
        row = _ROWS[name]
        label = number if row.labels == SHARD.names else kind
        known = (label,) in row.allowed or (OTHER,) not in row.allowed
        self._metrics.counter(name, label if known else OTHER).inc(count)

    def _time_verdicts(self, delivery: Delivery) -> None:
        decided = sum(delivery.outcomes.get(outcome, 0) for outcome in DECIDED)
        if decided:
            self._metrics.histogram("verdict_seconds").observe(delivery.seconds / decided)

    def _age(self, delivery: Delivery, now_s: float) -> None:
        """A cluster record is stamped with the first sight of the version that changed the story."""
        ages = Counter(max(0.0, now_s - stamp / 1_000_000) for stamp in delivery.stamps)
        live, backfill = (self._metrics.histogram("story_age_seconds", path) for path in AGE_PATHS)
        live.observe_all({age_s: count for age_s, count in ages.items() if age_s < LIVE_S})
        backfill.observe_all({age_s: count for age_s, count in ages.items() if age_s >= LIVE_S})
