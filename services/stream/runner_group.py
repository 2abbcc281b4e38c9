"""Several runners in one process, on one bus or more, as one thing that starts, ends and fails together."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from services.stream.progress import is_settled
from services.stream.runner import Runner

logger = logging.getLogger(__name__)
POLL_S = 0.01


class RunnerGroup:
    """Runs while the block runs; leaving it drains all runners.

        async with Running(runners, stop) as running:
            await running.wait_until_settled()      # a replay; a service awaits stop.wait()

    `stop` is set from outside (a signal), by leaving the block, or by the first runner that fails:
    then the others drain, and leaving the block raises what that runner raised.
    """

    def __init__(self, runners: Sequence[Runner], stop: asyncio.Event | None = None) -> None:
        """`runners` in the direction of the flow: upstream services first."""
        self.stop = stop or asyncio.Event()
        self._runners = runners
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._run(runner), name=runner.group) for runner in self._runners]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        try:
            await asyncio.wait(self._tasks)
        except asyncio.CancelledError:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
            raise
        ended = [task.exception() for task in self._tasks if not task.cancelled()]
        failures = [failure for failure in ended if failure is not None]
        for other in failures[1:]:
            logger.error("another runner failed too: %s", other)
        if failures and error is None:
            raise failures[0]

    async def wait_until_settled(self) -> bool:
        """Wait until nothing more can come: each service after those it reads from. False if stopped."""
        for group in dict.fromkeys(runner.group for runner in self._runners):
            service = [runner for runner in self._runners if runner.group == group]
            while not await is_settled(service):
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self.stop.wait()
                if self.stop.is_set():
                    return False
        return True

    async def _run(self, runner: Runner) -> None:
        try:
            await runner.run(self.stop)
        finally:
            self.stop.set()
