"""Services on one bus in one process: how many runners each, and what is counted of them."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import NamedTuple

from msgspec.structs import replace

from services.ops.logging import get_logger
from services.ops.observing import ServiceTotals
from services.ops.registry import Metrics
from services.stream.bus import Bus, Fenced
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.service import Service
from services.stream.settings import RunSettings

OWNERSHIP_S = 0.5
"""How often it is asked whether another process has taken over."""
IDLE_S = 2.0


class Stage(NamedTuple):
    service: Service
    workers: int = 1


class Pipeline:
    """Stages in the direction of the flow. `totals` by service name."""

    def __init__(
        self,
        bus: Bus,
        stages: Sequence[Stage],
        settings: RunSettings,
        metrics: Metrics,
        *,
        log: bool = False,
        session_s: float | None = None,
    ) -> None:
        """`session_s`: after standing still for longer, others have what this process worked on."""
        self._session_s = session_s
        self._looked_at: float | None = None
        names = [stage.service.name for stage in stages]
        self.totals = {
            name: ServiceTotals(name, metrics, get_logger(name) if log else None) for name in names
        }
        self.runners = [
            Runner(
                stage.service,
                bus,
                # Workers of one process would each follow what the others own.
                settings=replace(settings, standby=settings.standby and stage.workers == 1),
                observer=self.totals[stage.service.name].runner(),
            )
            for stage in stages
            for _ in range(stage.workers)
        ]

    def running(self, stop: asyncio.Event) -> RunnerGroup:
        return RunnerGroup(self.runners, stop)

    def of(self, service: str) -> list[Runner]:
        return [runner for runner in self.runners if runner.service.name == service]

    async def settled(self, running: RunnerGroup) -> bool:
        """Wait until nothing more can come; False if stopped. Raises `Fenced` as `check_ownership` does."""
        return await self._watchfully(running.wait_until_settled())

    async def idle(self, running: RunnerGroup) -> bool:
        """Wait until there was nothing to do here for `IDLE_S`, whatever peers do; False if stopped.

        Raises `Fenced` as `check_ownership` does.
        """
        return await self._watchfully(self._idle(running))

    async def _watchfully(self, work: Coroutine[None, None, bool]) -> bool:
        """Beside work that may have to wait for the bus: a lost broker is no process that stands still."""
        task = asyncio.create_task(work)
        try:
            while not task.done():
                self.check_ownership()
                await asyncio.wait([task], timeout=OWNERSHIP_S)
            return await task
        finally:
            task.cancel()

    async def _idle(self, running: RunnerGroup) -> bool:
        quiet_since: float | None = None
        loop = asyncio.get_running_loop()
        while not running.stop.is_set():
            quiet = all([await runner.idle() for runner in self.runners])
            quiet_since = (quiet_since or loop.time()) if quiet else None
            if quiet_since is not None and loop.time() - quiet_since >= IDLE_S:
                return True
            with suppress(TimeoutError):
                await asyncio.wait_for(running.stop.wait(), IDLE_S / 10)
        return False

    async def stopped(self, running: RunnerGroup) -> None:
        """Wait until told to stop. Raises `Fenced` where another process took over."""
        while not running.stop.is_set():
            self.check_ownership()
            with suppress(TimeoutError):
                await asyncio.wait_for(running.stop.wait(), OWNERSHIP_S)

    def check_ownership(self) -> None:
        """Raises `Fenced` where another process has taken over what a runner here works on."""
        self._check_stillness()
        for runner in self.runners:
            if runner.fenced_numbers():
                numbers = ", ".join(map(str, sorted(runner.fenced_numbers())))
                raise Fenced(f"another process took over {runner.service.name} (partitions {numbers})")

    def _check_stillness(self) -> None:
        # A process that was frozen may join its group again before anything else tells it that it was out.
        now = time.monotonic()
        still_s = now - (self._looked_at or now)
        self._looked_at = now
        if self._session_s is not None and still_s > self._session_s:
            raise Fenced(
                f"this process stood still for {still_s:.0f} s, longer than its session of "
                f"{self._session_s:g} s; its peers have taken over"
            )
