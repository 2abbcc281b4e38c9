"""The one run loop: join, restore, fetch, step, publish, drain.

A runner is one member of its service's group. For each number it owns it keeps a lane; it fetches
for all lanes at once, only for those restored and not full, and never runs ahead of what a lane
took. What stops it is stated in `run`.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from services.stream.bus import Assignment, Bus, Fenced, GroupMember, Partition, Unclear
from services.stream.clock import Clock, SystemClock
from services.stream.keeper import Keeper
from services.stream.lane import Lane
from services.stream.observer import NullObserver, Observer
from services.stream.outbox import LaneContext, LaneHalted
from services.stream.patience import call_patiently
from services.stream.service import Service
from services.stream.settings import RunSettings
from services.stream.standby import Standbys

logger = logging.getLogger(__name__)
FULL_S = 0.05
"""How long a fetch waits while some lane is not hungry: it may be again by then."""
ASSIGNMENT_S = 60.0


class Backlog(NamedTuple):
    """What is in a lane and not decided."""

    records: int = 0
    """In the inbox."""
    bytes: int = 0
    """Of those."""
    held: int = 0
    """In its task."""


class Runner:
    """One service on one bus, as one member of its group. Runs once."""

    def __init__(
        self,
        service: Service,
        bus: Bus,
        *,
        settings: RunSettings | None = None,
        observer: Observer | None = None,
        clock: Clock | None = None,
    ) -> None:
        settings = settings or RunSettings()
        self.service = service
        self.bus = bus
        self.group = settings.group or f"newsfold-{service.name}"
        self._context = LaneContext(
            service, bus, self.group, settings, observer or NullObserver(), clock or SystemClock()
        )
        self._keeper = Keeper(self._context)
        self._standbys = Standbys(self._context)
        self._lanes: dict[int, Lane] = {}
        self._fenced: set[int] = set()
        self._halted: dict[int, str] = {}
        self._joined = False
        self._changed = asyncio.Event()
        self._tasks: asyncio.TaskGroup

    def held(self) -> int:
        """Inputs the tasks hold, taken but not yet accounted for."""
        return sum(lane.held() for lane in self._lanes.values())

    def is_exhausted(self) -> bool:
        """Whether it owns something and no feeder of it will bring more."""
        return bool(self._lanes) and all(lane.ready and lane.exhausted for lane in self._lanes.values())

    def ready(self) -> bool:
        """Whether every owned number is restored and being worked on."""
        return all(lane.ready for lane in self._lanes.values())

    def fenced_numbers(self) -> frozenset[int]:
        """Numbers still assigned to this runner that another process has taken over."""
        return frozenset(self._fenced)

    def halted_numbers(self) -> Mapping[int, str]:
        """Owned numbers that stand still while the others go on, and why."""
        return {
            number: why
            for number, why in self._halted.items()
            if number in self._lanes and not self._lanes[number].delivered
        }

    def backlog(self) -> Backlog:
        """In whichever lane has most of it."""
        lanes = [Backlog(len(lane.inbox), lane.inbox.bytes, lane.held()) for lane in self._lanes.values()]
        return Backlog(*map(max, zip(*lanes, strict=True))) if lanes else Backlog()

    def next_offsets(self) -> dict[Partition, int]:
        """Next offset of each owned input partition that is neither taken nor published yet."""
        return {partition: at for lane in self._lanes.values() for partition, at in lane.taken.items()}

    @property
    def busy(self) -> bool:
        """Whether a lane has something in hand, which it can tell without asking the bus."""
        return any(lane.busy for lane in self._lanes.values())

    async def numbers_at_rest(self) -> frozenset[int]:
        """The owned numbers whose input, as of now, is taken and published."""
        return frozenset([lane.number for lane in list(self._lanes.values()) if await lane.is_at_rest()])

    async def idle(self) -> bool:
        """Whether it has joined, and the input of all it owns is taken and published; it may own nothing."""
        return self._joined and await self.numbers_at_rest() == self._lanes.keys()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then drain within `drain_s`, then cancel what is left.

        A fenced lane is dropped, one whose publish is unclear starts anew, one that halted does so
        after `halt_s`; the others go on.
        Raises `Fatal` for everything that needs a person, and for whatever a task raises; nothing of
        the batch in hand is published then.
        """
        join = partial(self.bus.join, self.group, self.service.inputs)
        member = await call_patiently(
            join, self._context.settings.patience, self._context.failure_callback("fetch")
        )
        failure: BaseException | None = None
        restored: list[Lane] = []
        try:
            async with asyncio.timeout(None) as limit:
                restored = await self._serve(member, stop, limit)
        except BaseExceptionGroup as group:
            failure = _first_failure(group)
        except TimeoutError:
            logger.warning("%s took longer than %s s to drain", self.group, self._context.settings.drain_s)
        finally:
            await member.close()
        if failure is not None:
            raise failure
        left_s = (limit.when() or 0.0) - asyncio.get_running_loop().time()
        await self._keeper.keep_last(restored, left_s=left_s)

    async def _serve(self, member: GroupMember, stop: asyncio.Event, limit: asyncio.Timeout) -> list[Lane]:
        """Those that were restored when it was stopped."""
        async with asyncio.TaskGroup() as self._tasks:
            loops = [
                self._tasks.create_task(loop)
                for loop in (self._follow(member), self._fetch(member), self._snapshot(), self._stand_by())
            ]
            await stop.wait()
            limit.reschedule(asyncio.get_running_loop().time() + self._context.settings.drain_s)
            restored = self._restored()
            for loop in loops:
                loop.cancel()
            for lane in self._lanes.values():
                lane.stop()
        return restored

    def _restored(self) -> list[Lane]:
        return [lane for lane in self._lanes.values() if lane.ready]

    async def _follow(self, member: GroupMember) -> None:
        while True:
            call = partial(member.assignment, timeout_s=ASSIGNMENT_S)
            assignment = await call_patiently(
                call, self._context.settings.patience, self._context.failure_callback("fetch")
            )
            if assignment is not None:
                self._own(assignment)

    def _own(self, assignment: Assignment) -> None:
        self._joined = True
        owned = frozenset(partition.number for partition in assignment.partitions)
        for number in self._lanes.keys() - owned:
            self._lanes.pop(number).stop()
            self._halted.pop(number, None)
        # A fenced number that went away was taken over here; if it comes back it is ours anew.
        self._fenced &= owned
        for number in sorted(owned - self._lanes.keys() - self._fenced):
            self._open(number, has_moved=number in assignment.moved)
        self._context.observer.rebalanced(owned)

    def _open(self, number: int, *, has_moved: bool = False) -> None:
        lane = Lane(self._context, number, self._changed.set, standbys=self._standbys, has_moved=has_moved)
        self._lanes[number] = lane
        self._tasks.create_task(self._keep(lane), name=lane.name)

    async def _keep(self, lane: Lane) -> None:
        try:
            await lane.run()
        except LaneHalted as why:
            await self._halt(lane, why)
        except Fenced as fenced:
            logger.warning("%s gave up its number: %s", lane.name, fenced)
            if self._lanes.get(lane.number) is lane:
                del self._lanes[lane.number]
                self._fenced.add(lane.number)
                self._context.observer.lost(lane.number)
        except Unclear as unclear:
            logger.warning("%s starts again from what is committed: %s", lane.name, unclear)
            await self._restart(lane, self._context.settings.patience.first_s)

    async def _halt(self, lane: Lane, why: LaneHalted) -> None:
        halt_s = self._context.settings.halt_s
        if halt_s is None:
            raise why
        logger.error("%s; it is tried again every %g s, the others go on", why, halt_s)
        if self._lanes.get(lane.number) is lane:
            self._halted[lane.number] = str(why)
            self._context.observer.halted(lane.number)
        await self._restart(lane, halt_s)

    async def _restart(self, lane: Lane, pause_s: float) -> None:
        """Start anew from what is committed, if it is still ours and wanted."""
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await lane.stopping.wait()
        if self._lanes.get(lane.number) is lane and not lane.stopping.is_set():
            self._open(lane.number)

    async def _fetch(self, member: GroupMember) -> None:
        sought: Mapping[Partition, int] = {}
        while True:
            self._changed.clear()
            lanes = {lane.number: lane for lane in self._lanes.values() if lane.hungry}
            if not lanes:
                await self._wait_for_room()
                continue
            wanted = {p: at for lane in lanes.values() for p, at in lane.wanted.items()}
            if wanted != sought:
                member.seek(wanted)
            sought = {**wanted, **await self._fill(member, lanes)}

    async def _fill(self, member: GroupMember, lanes: Mapping[int, Lane]) -> dict[Partition, int]:
        """One fetch, and where the next one goes on."""
        settings = self._context.settings
        wait_s = settings.fetch_s if len(lanes) == len(self._lanes) else FULL_S
        started = time.monotonic()
        fetch = partial(member.fetch, max_records=settings.fetch_records, timeout_s=wait_s)
        got = await call_patiently(fetch, settings.patience, self._context.failure_callback("fetch"))
        if got:
            self._context.observer.spent("fetch", time.monotonic() - started)
        for partition, records in got.items():
            lane = lanes[partition.number]
            # A lane opened meanwhile under the same number starts at an offset of its own.
            if self._lanes.get(partition.number) is lane and records:
                lane.offer(records)
        return {partition: records[-1].offset + 1 for partition, records in got.items() if records}

    async def _wait_for_room(self) -> None:
        full = any(lane.inbox.full for lane in self._lanes.values())
        started = time.monotonic()
        await self._changed.wait()
        if full:
            self._context.observer.spent("backpressure", time.monotonic() - started)

    async def _stand_by(self) -> None:
        while not self._joined:  # noqa: ASYNC110 - what is ours is not to be followed first
            await asyncio.sleep(FULL_S)
        await self._standbys.follow(self._lanes.keys)

    async def _snapshot(self) -> None:
        while True:
            await asyncio.sleep(self._context.settings.snapshot_every_s)
            await self._keeper.keep(self._restored())


def _first_failure(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first_failure(first) if isinstance(first, BaseExceptionGroup) else first
