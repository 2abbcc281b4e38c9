"""Standbys: the states of numbers that others own, followed in the changelog until one of them comes here.

A standby is a restore that began before its time, so it is as true as any: the writer fences the former owner
first, and what the log has got meanwhile is applied before anything is worked on.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

from services.stream.bus import Partition, Retry
from services.stream.changelog import Restoration
from services.stream.outbox import LaneContext
from services.stream.patience import call_patiently
from services.stream.service import ImagedTask

logger = logging.getLogger(__name__)
FOLLOW_S = 1.0
"""How often it is asked what there is to follow."""
AGAIN_S = 60.0
"""How long a number is left alone whose changelog could not be followed."""
LONGEST = timedelta(hours=12)
"""Then it is begun anew: tombstones are gone from a log some time after they came, and what has left the
windows of a task since is dropped only where it starts."""


class Standby:
    """The state of one number."""

    def __init__(self, context: LaneContext, number: int) -> None:
        assert context.service.changelog is not None
        self.task = context.service.task(number)
        self.restoration = Restoration(
            context.bus,
            Partition(context.service.changelog, number),
            self.task.restore,
            imaged=self.task if isinstance(self.task, ImagedTask) else None,
        )
        self.began = context.clock.now()
        self.is_followed = False
        """Up to the end of the changelog, as it was when it was last asked."""
        self._context = context
        self.is_spoilt = False
        """It cannot be gone on from."""
        self._has_begun = self._is_called = False
        self._working = asyncio.Lock()

    async def follow(self) -> None:
        """Take up what there is, unless it is called meanwhile."""
        async with self._working:
            try:
                await self._follow()
            except BaseException as error:
                self.is_spoilt = type(error) is not Retry
                raise

    async def _follow(self) -> None:
        folder = self._context.settings.snapshots
        if not self._has_begun and folder is not None:
            await self.restoration.begin(folder, self._context.clock.now())
        self._has_begun = True
        await self.restoration.follow(wanted=lambda: not self._is_called)
        self.is_followed = not self._is_called

    async def call(self) -> "Standby | None":
        """To go on from: once nothing works on it any more. None where there is nothing to go on from."""
        self._is_called = True
        async with self._working:
            is_old = self._context.clock.now() - self.began > LONGEST
            return self if self._has_begun and not self.is_spoilt and not is_old else None


class Standbys:
    """Of one runner."""

    def __init__(self, context: LaneContext) -> None:
        self._context = context
        self._standbys: dict[int, Standby] = {}

    async def take(self, number: int) -> Standby | None:
        """The state of a number that is owned here from now on, as far as it was followed."""
        standby = self._standbys.pop(number, None)
        return await standby.call() if standby else None

    async def follow(self, owned: Callable[[], Collection[int]]) -> None:
        """Follow all numbers but those, until cancelled."""
        context = self._context
        changelog = context.service.changelog
        if changelog is None or not context.settings.standby:
            return
        count = await call_patiently(
            partial(context.bus.partitions, changelog),
            context.settings.patience,
            context.failure_callback("fetch"),
        )
        while True:
            left_alone_s = FOLLOW_S
            for number in range(count):
                if number not in owned() and not await self._follow(number):
                    left_alone_s = AGAIN_S
            context.observer.following(self._followed())
            await asyncio.sleep(left_alone_s)

    def _followed(self) -> frozenset[int]:
        return frozenset(number for number, standby in self._standbys.items() if standby.is_followed)

    async def _follow(self, number: int) -> bool:
        """Whether it went well."""
        standby = self._standbys.get(number)
        if standby is None or self._context.clock.now() - standby.began > LONGEST:
            standby = self._standbys[number] = Standby(self._context, number)
        try:
            await standby.follow()
        except Exception as error:  # noqa: BLE001 - whoever restores it in earnest will halt on it
            name, told = f"{self._context.service.name}/{number}", f"{type(error).__name__}: {error}"
            logger.warning("the state of %s could not be followed: %s", name, told)
            if standby.is_spoilt:
                self._standbys.pop(number, None)
            return False
        return True
