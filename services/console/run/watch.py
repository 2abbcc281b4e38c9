"""Looks at a running installation from inside: heartbeat, readiness, gauges, upkeep of the log."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from services.console.addresses import Address, topics_on
from services.console.feeds.census import Census
from services.console.run import states
from services.console.run.canary import CanaryWatch
from services.console.run.feed_warnings import FeedWarnings
from services.console.run.heartbeat import Heartbeat
from services.console.run.lag import LagGauges
from services.console.run.pipeline import Pipeline
from services.console.run.pulse import Pulse
from services.ops.config import Settings
from services.ops.events import LogEvent
from services.ops.health import Health
from services.ops.labels import FATES, FEED_STATES
from services.ops.logging import get_logger
from services.ops.outcomes import OTHER
from services.ops.registry import Metrics
from services.stream.bus import Bus, BusError, Partition
from services.stream.runner import Backlog

TURN_S = 0.25
PULSE_S = 1.0
LAG_S = 2.0
LOOK_S = 5.0


class Watch:
    """Turns four times a second; asks the bus for an answer, for the lag, for the feeds; compacts."""

    def __init__(
        self,
        pipeline: Pipeline,
        bus: Bus,
        address: Address,
        health: Health,
        metrics: Metrics,
        *,
        settings: Settings | None = None,
        canary: CanaryWatch | None = None,
    ) -> None:
        """Raises `Stop` where the heartbeat file cannot be written."""
        settings = settings or Settings()
        self._pipeline = pipeline
        self._bus = bus
        self._log = address.file()
        self._health = health
        self._metrics = metrics
        self._compact_s = settings.bus.compact_every_s
        self._census = Census()
        self._warnings = FeedWarnings()
        self._lag = LagGauges(pipeline, bus, metrics)
        read = Partition(pipeline.runners[0].service.inputs[0], 0)
        self._pulse = Pulse(bus, f"bus {address}", read, silence_s=settings.ops.silence_s)
        file = settings.ops.heartbeat_file
        self._heartbeat = Heartbeat(Path(file)) if file else None
        self._canary = canary

    async def run(self) -> None:
        """Until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._turn())
                tasks.create_task(self._every(PULSE_S, self._feel))
                tasks.create_task(self._every(LAG_S, self._lag.look))
                tasks.create_task(self._every(LAG_S, self.queues))
                tasks.create_task(self._every(LOOK_S, self.look))
                tasks.create_task(self._every(self._compact_s, self.compact, first_s=self._compact_s))
                tasks.create_task(states.drawn(self._pipeline.totals.values()))
                if self._heartbeat is not None:
                    tasks.create_task(self._every(TURN_S, self._heartbeat.beat))
                if self._canary is not None:
                    tasks.create_task(self._every(LAG_S, self._canary.look))
        finally:
            if self._heartbeat is not None:
                self._heartbeat.end()

    async def _turn(self) -> None:
        lags = [self._metrics.histogram("event_loop_lag_seconds", name) for name in self._pipeline.totals]
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TURN_S
            await asyncio.sleep(TURN_S)
            for lag in lags:
                lag.observe(max(0.0, loop.time() - due))
            self._health.note_turn("loop")
            self._readiness()

    def _readiness(self) -> None:
        self._connection()
        for name, totals in self._pipeline.totals.items():
            missing = self._missing(name, owned=totals.owned())
            ready = not missing
            if ready:
                self._health.mark_ready(name)
            else:
                self._health.mark_missing(name, missing)
            self._metrics.gauge("ready", name).set(ready)

    def _missing(self, service: str, *, owned: int) -> str:
        runners = self._pipeline.of(service)
        halted = sorted({number for runner in runners for number in runner.halted_numbers()})
        if halted:
            return f"partitions {', '.join(map(str, halted))} stand still; the log says why"
        if not owned:
            return "waiting for partitions"
        return "" if all(runner.ready() for runner in runners) else "restoring its state"

    def _connection(self) -> None:
        failing = [name for name, totals in self._pipeline.totals.items() if totals.failing]
        for name in self._pipeline.totals:
            self._metrics.gauge("bus_connected", name).set(not self._pulse.lost and name not in failing)
        if self._pulse.lost:
            self._health.mark_missing("bus", self._pulse.lost)
        elif failing:
            self._health.mark_missing("bus", f"the last publish failed: {', '.join(failing)}")
        else:
            self._health.mark_ready("bus")

    async def _feel(self) -> None:
        well_before = not self._pulse.lost
        await self._pulse.feel()
        if self._pulse.lost and well_before:
            get_logger("bus").warning(LogEvent.BUS_LOST, reason=self._pulse.lost)
        elif not (self._pulse.lost or well_before):
            get_logger("bus").info(LogEvent.BUS_CONNECTED)

    async def look(self) -> None:
        """Set the gauges that are read off the log."""
        if "ingest" in self._pipeline.totals:  # the others may not read feeds, nor have they any use for them
            await self._census.refresh(self._bus)
            owned, now = self._pipeline.totals["ingest"].numbers(), datetime.now(UTC)
            own = [one for one in self._census.followed() if one.number in owned]
            self._metrics.gauge("silent_key_feeds").set(self._warnings.tell(own, now))
            fares = self._census.by_state(owned, now)
            for state in FEED_STATES:
                self._metrics.gauge("feeds", state).set(fares.get(state, 0))
            self._count_entries(self._census.by_fate(owned))
        if self._log is not None:
            parts = (self._log, self._log.with_name(f"{self._log.name}-wal"))
            size = sum(part.stat().st_size for part in parts if part.exists())
            self._metrics.gauge("log_bytes").set(size)
            disk = shutil.disk_usage(self._log.parent)
            self._metrics.gauge("disk_free_bytes").set(disk.free)
            self._metrics.gauge("disk_size_bytes").set(disk.total)

    def _count_entries(self, fates: Mapping[str, int]) -> None:
        """A fate that no label is for is counted as other."""
        known = {fate: fates.get(fate, 0) for fate in FATES}
        known[OTHER] += sum(count for fate, count in fates.items() if fate not in known)
        for fate, count in known.items():
            self._metrics.gauge("listed_entries", fate).set(count)

    async def queues(self) -> None:
        """Set the gauges of what waits in the lanes."""
        for name in self._pipeline.totals:
            waiting = [runner.backlog() for runner in self._pipeline.of(name)]
            depths = Backlog(*map(max, zip(*waiting, strict=True)))
            self._metrics.gauge("queue_depth", name, "inbox").set(depths.records)
            self._metrics.gauge("queue_depth", name, "inbox-bytes").set(depths.bytes)
            if name == "dedup":
                self._metrics.gauge("queue_depth", name, "reorder").set(depths.held)

    async def compact(self) -> None:
        """Let the log forget what the topic table lets it forget."""
        for topic in await topics_on(self._bus):
            await self._bus.compact(topic.name)
        get_logger("log").info(LogEvent.LOG_COMPACTED)

    async def _every(
        self, seconds: float, work: Callable[[], Awaitable[None]], *, first_s: float = 0.0
    ) -> None:
        await asyncio.sleep(first_s)
        while True:
            try:
                await work()
            except (BusError, OSError) as error:  # the run loops meet the same trouble and decide
                first = next(iter(self._pipeline.totals.values()))  # it is the process's, and counts once
                first.failed("upkeep", error)
                get_logger("log").warning(LogEvent.UPKEEP_FAILED, reason=str(error))
            await asyncio.sleep(seconds)
