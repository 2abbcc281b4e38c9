"""Looks at a running installation from inside: heartbeat, readiness, gauges, upkeep of the log."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from services.console.feeds import Census
from services.console.pipeline import Pipeline
from services.contracts.topics import TOPICS
from services.ops.events import Event
from services.ops.health import Health
from services.ops.logging import get
from services.ops.metrics import FEED_STATES, Metrics
from services.stream.bus import Bus, BusError

TURN_S = 0.25
LOOK_S = 5.0
COMPACT_S = 900.0


class Watch:
    """Turns four times a second, looks around every five seconds, compacts every quarter of an hour."""

    def __init__(
        self, pipeline: Pipeline, bus: Bus, log: Path | None, health: Health, metrics: Metrics
    ) -> None:
        """`log`: the file of an embedded log."""
        self._pipeline = pipeline
        self._bus = bus
        self._log = log
        self._health = health
        self._metrics = metrics
        self._census = Census()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._turn())
            tasks.create_task(self._every(LOOK_S, self.look))
            tasks.create_task(self._every(COMPACT_S, self.compact, first_s=COMPACT_S))

    async def _turn(self) -> None:
        lag = self._metrics.histogram("event_loop_lag_seconds")
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TURN_S
            await asyncio.sleep(TURN_S)
            lag.observe(max(0.0, loop.time() - due))
            self._health.beat("loop")
            self._readiness()

    def _readiness(self) -> None:
        for name, totals in self._pipeline.totals.items():
            working = all(runner.ready() for runner in self._pipeline.of(name))
            ready = working and totals.owned() > 0
            if ready:
                self._health.ready(name)
            else:
                self._health.lacks(
                    name, "restoring its state" if totals.owned() else "waiting for partitions"
                )
            self._metrics.gauge("ready", name).set(ready)

    async def look(self) -> None:
        """Set the gauges that are read off the log."""
        await self._census.refresh(self._bus)
        states = self._census.by_status()
        for state in FEED_STATES:
            self._metrics.gauge("feeds", state).set(states.get(state, 0))
        if self._log is not None:
            parts = (self._log, self._log.with_name(f"{self._log.name}-wal"))
            size = sum(part.stat().st_size for part in parts if part.exists())
            self._metrics.gauge("log_bytes").set(size)
            self._metrics.gauge("disk_free_bytes").set(shutil.disk_usage(self._log.parent).free)

    async def compact(self) -> None:
        """Let the log forget what the topic table lets it forget."""
        for topic in TOPICS:
            await self._bus.compact(topic.name)
        get("log").info(Event.LOG_COMPACTED)

    async def _every(
        self, seconds: float, work: Callable[[], Awaitable[None]], *, first_s: float = 0.0
    ) -> None:
        await asyncio.sleep(first_s)
        while True:
            try:
                await work()
            except (BusError, OSError) as error:  # the run loops meet the same trouble and decide
                get("log").warning(Event.UPKEEP_FAILED, reason=str(error))
            await asyncio.sleep(seconds)
