"""What the run loops tell, counted: for `/metrics` and for the summary of a replay."""

import time
from collections import Counter

from structlog.typing import FilteringBoundLogger

from services.ops.events import LogEvent
from services.ops.failures import error_type
from services.ops.notes import Notes
from services.ops.outcomes import DEAD, OTHER, OUTCOMES
from services.ops.registry import Metrics
from services.stream.changelog import RestoreResult
from services.stream.imager import Written
from services.stream.observer import Delivery, Result, State

QUIET = frozenset({"tick", "progress", "watermark", "canary"})
TOLD_S = 5.0
"""How often a long restore says how far it is."""


class ServiceTotals:
    """All runners of one service in this process. `runner()` makes the observer of one of them."""

    def __init__(self, service: str, metrics: Metrics, log: FilteringBoundLogger | None = None) -> None:
        """Without `log` nothing is logged: a replay shows its progress in another way."""
        self.service = service
        self.metrics = metrics
        self.log = log
        self.readings = 0
        """Inputs a feeder brought."""
        self.records = 0
        """Inputs from topics."""
        self.outcomes: Counter[str] = Counter()
        self.dead: Counter[str] = Counter()
        """Dead letters by reason."""
        self.noted: Counter[tuple[str, str]] = Counter()
        """What else happened, by name and kind."""
        self.restoring: dict[int, tuple[int, int]] = {}
        """Next offset and end of each changelog that is being read."""
        self._since: dict[int, float] = {}
        """Unix time at which each began to be read."""
        self.failing = False
        """The last publish failed, and is being tried again."""
        self._runners: list[RunnerObserver] = []
        self._notes = Notes(service, metrics)

    def runner(self) -> "RunnerObserver":
        observer = RunnerObserver(self)
        self._runners.append(observer)
        return observer

    def numbers(self) -> frozenset[int]:
        """Partition numbers that runners here own and nobody took over."""
        return frozenset(number for runner in self._runners for number in runner.owned - runner.taken)

    def owned(self) -> int:
        return sum(len(runner.owned) for runner in self._runners)

    def held(self) -> int:
        """Inputs taken and not decided."""
        return sum(runner.held() for runner in self._runners)

    def unaccounted(self) -> int:
        """Inputs that ended nowhere. Anything but 0 is a bug."""
        return sum(runner.open() for runner in self._runners) - self.held()

    def count(self, delivery: Delivery) -> None:
        self.readings += delivery.readings
        self.records += sum(delivery.inputs.values())
        self.outcomes.update(delivery.outcomes)
        self.dead.update(delivery.dead)
        self.noted.update(delivery.noted)
        self._publish(delivery)

    def restore_at(self, number: int, at: int, end: int) -> None:
        """A changelog is read so far."""
        self.restoring[number] = (at, end)
        self._since.setdefault(number, time.time())
        self._set_restore_start()

    def restore_over(self, *numbers: int) -> None:
        for number in numbers:
            self.restoring.pop(number, None)
            self._since.pop(number, None)
        self._set_restore_start()

    def _set_restore_start(self) -> None:
        since = min(self._since.values(), default=0.0)
        self.metrics.gauge("state_restore_started_timestamp_seconds", self.service).set(since)

    def failed(self, stage: str, error: Exception) -> None:
        self.metrics.counter("errors_total", self.service, stage, error_type(error)).inc()

    def settle(self) -> None:
        """Set the gauges that sum over runners."""
        self.metrics.gauge("held_records", self.service).set(self.held())
        self.metrics.gauge("unaccounted_records", self.service).set(self.unaccounted())
        self.metrics.gauge("partitions_owned", self.service).set(self.owned())

    def share(self) -> None:
        """Speak of these partitions, and of no others."""
        self.metrics.own(self.service, self.numbers())

    def _publish(self, delivery: Delivery) -> None:
        counter, service = self.metrics.counter, self.service
        for topic, count in delivery.inputs.items():
            counter("records_in_total", service, topic).inc(count)
        for topic, count in delivery.outputs.items():
            counter("records_out_total", service, topic).inc(count)
        for outcome, count in delivery.outcomes.items():
            counter("outcomes_total", service, _known_label(outcome, OUTCOMES[service])).inc(count)
        for reason, count in delivery.dead.items():
            counter("dead_letters_total", service, _known_label(reason, DEAD[service])).inc(count)
        self._notes.take(delivery, now_s=time.time())
        if delivery.readings:
            counter("readings_total", service).inc(delivery.readings)


class RunnerObserver:
    """One runner's `Observer`: keeps the account of the numbers that it owns."""

    def __init__(self, totals: ServiceTotals) -> None:
        self.owned: frozenset[int] = frozenset()
        self.taken: frozenset[int] = frozenset()
        """Owned still by assignment, and taken over by another process."""
        self._totals = totals
        self._metrics = totals.metrics
        self._service = totals.service
        self._open: Counter[int] = Counter()
        self._held: Counter[int] = Counter()
        self._told_at: dict[int, float] = {}

    def held(self) -> int:
        return self._held.total()

    def open(self) -> int:
        """Inputs taken less inputs that ended."""
        return self._open.total()

    def delivered(self, delivery: Delivery) -> None:
        if delivery.number in self.owned:  # the last batch of a number given away is its new owner's account
            taken = sum(delivery.inputs.values()) + delivery.readings
            ended = sum(delivery.outcomes.values()) + sum(delivery.dead.values())
            self._open[delivery.number] += taken - ended
            self._held[delivery.number] = delivery.held
        self._progress(delivery.number)
        self._set_halted(delivery.number, False)
        self._totals.count(delivery)
        self._totals.settle()
        if self._totals.log is not None:
            _log_commit(self._totals.log, delivery)

    def transaction(self, result: Result, seconds: float) -> None:
        self._metrics.counter("transactions_total", self._service, result).inc()
        self._metrics.histogram("transaction_seconds", self._service, result).observe(seconds)
        # An unclear one is not tried again, so nothing would ever tell that it is over.
        self._totals.failing = result == "aborted"
        if result != "committed" and self._totals.log is not None:
            self._totals.log.warning(LogEvent.BATCH_RETRIED, result=result)

    def failed(self, state: State, error: Exception) -> None:
        self._totals.failed(state, error)

    def spent(self, state: State, seconds: float) -> None:
        self._metrics.counter("loop_seconds_total", self._service, state).inc(seconds)

    def restoring(self, number: int, at: int, end: int) -> None:
        self._totals.restore_at(number, at, end)
        now = time.monotonic()
        if now - self._told_at.setdefault(number, now) >= TOLD_S and self._totals.log is not None:
            self._told_at[number] = now
            self._totals.log.info(LogEvent.STATE_PARTLY_RESTORED, partition=number, offset=at, end=end)

    def restored(self, number: int, restored: RestoreResult, seconds: float) -> None:
        self._totals.restore_over(number)
        self._told_at.pop(number, None)
        source = "image" if restored.image else "snapshot" if restored.from_snapshot else "log"
        source = "standby" if restored.followed else "refused-snapshot" if restored.refused else source
        self._metrics.counter("state_restores_total", self._service, source).inc()
        self._metrics.counter("state_restored_records_total", self._service).inc(restored.count)
        self._metrics.histogram("state_restore_seconds", self._service).observe(seconds)
        if self._totals.log is not None:
            took = round(1000 * seconds)
            self._totals.log.info(
                LogEvent.STATE_RESTORED,
                partition=number,
                records=restored.count,
                from_snapshot=restored.from_snapshot,
                source=source,
                next_offset=restored.next_offset,
                checksum=restored.checksum,
                duration_ms=took,
            )

    def imaged(self, number: int, written: Written) -> None:
        self._metrics.histogram("state_image_seconds", self._service).observe(written.seconds)
        if self._totals.log is not None:
            self._totals.log.info(
                LogEvent.STATE_IMAGED,
                partition=number,
                bytes=written.bytes,
                duration_ms=round(1000 * written.seconds),
                pause_ms=round(1000 * written.pause_s, 1),
            )

    def following(self, numbers: frozenset[int]) -> None:
        self._metrics.gauge("standby_partitions", self._service).set(len(numbers))

    def rebalanced(self, owned: frozenset[int]) -> None:
        self._totals.restore_over(*(self.owned - owned))
        self._count_changes(owned)
        new, self.owned, self.taken = owned - self.owned, owned, self.taken & owned
        self._totals.share()
        for number in new:
            self._progress(number)
        for number in (self._open.keys() | self._held.keys()) - owned:
            del self._open[number], self._held[number]
        self._totals.settle()
        if self._totals.log is not None:
            self._totals.log.info(LogEvent.PARTITIONS_ASSIGNED, partitions=sorted(owned))

    def lost(self, number: int) -> None:
        self._totals.restore_over(number)
        self.taken |= {number}
        self._totals.share()
        self._metrics.counter("rebalances_total", self._service, "lost").inc()
        if self._totals.log is not None:
            self._totals.log.warning(LogEvent.PARTITION_LOST, partition=number)

    def halted(self, number: int) -> None:
        self._set_halted(number, True)
        if self._totals.log is not None:
            self._totals.log.error(LogEvent.PARTITION_HALTED, partition=number)

    def _set_halted(self, number: int, still: bool) -> None:
        self._metrics.gauge("partition_halted", self._service, str(number)).set(still)

    def _progress(self, number: int) -> None:
        progress = "partition_progress_timestamp_seconds"
        self._metrics.gauge(progress, self._service, str(number)).set(time.time())

    def _count_changes(self, owned: frozenset[int]) -> None:
        changes = {"assigned": len(owned - self.owned), "revoked": len(self.owned - owned)}
        changes["unchanged"] = 0 if any(changes.values()) else 1
        for kind, count in changes.items():
            self._metrics.counter("rebalances_total", self._service, kind).inc(count)


def _log_commit(log: FilteringBoundLogger, delivery: Delivery) -> None:
    """One line a commit; those that only say that time has passed are for debugging."""
    quiet = delivery.outcomes.keys() <= QUIET and not delivery.dead
    (log.debug if quiet else log.info)(
        LogEvent.BATCH_COMMITTED,
        partition=delivery.number,
        outcomes=dict(delivery.outcomes),
        outputs=dict(delivery.outputs),
        held=delivery.held,
        next_offsets={partition.topic: offset for partition, offset in delivery.consumed.items()},
    )
    if delivery.dead:
        log.warning(LogEvent.RECORDS_DEAD_LETTERED, partition=delivery.number, reasons=dict(delivery.dead))


def _known_label(value: str, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else OTHER
