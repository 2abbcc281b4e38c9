"""One owned number: its task, what comes in for it, and what goes out.

Restored before anything is fetched for it. Then in turn: a batch of records to `step`, a batch of
readings to `take`, each call in a worker thread and published before the next, so a task is never
entered twice at once and nothing is computed on top of what may not become true.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar, cast

from services.stream.bus import BusError, Fatal, Fenced, Partition, Record, Unclear, Writer
from services.stream.changelog import restore
from services.stream.imager import Imager
from services.stream.inbox import Inbox
from services.stream.observer import State
from services.stream.outbox import LaneContext, LaneHalted, Outbox, StepInput
from services.stream.patience import call_patiently
from services.stream.service import (
    DeadLetter,
    DrainableFeeder,
    FedTask,
    Feeder,
    FollowingTask,
    ImagedTask,
    OutwardService,
    Poison,
    Step,
    Task,
)
from services.stream.standby import Standby, Standbys
from services.stream.steps import bury_reading, bury_record, whole_or_one_by_one

logger = logging.getLogger(__name__)
TELL_S = 1.0
"""How long it waits before it counts the time, so that an idle lane can be told from a stuck one."""
DRAIN_S = 2.0
"""How long a lane that ends waits for what its feeder has under way."""
HANDOVER_S = DRAIN_S + 1.0
"""So long after a number moved here its former owner, who drains its feeder, may still publish."""
CLOSE_S = 2.0
"""How long a feeder or writer may take to close."""

Input = TypeVar("Input")


class Lane:
    """Runs from the writer's opening to its close. `changed` is called when there is room to fetch for.

    `has_moved`: another runner, which is there still, owned the number until now.
    """

    def __init__(
        self,
        context: LaneContext,
        number: int,
        changed: Callable[[], None],
        *,
        standbys: Standbys,
        has_moved: bool = False,
    ) -> None:
        settings = context.settings
        self.number = number
        self.ready = False
        self.exhausted = False
        """The feeder has said there will be no more, or there is none."""
        self.delivered = False
        """Something it was given is published."""
        self.positions: dict[Partition, int] = {}
        """Next offsets to fetch."""
        self.inbox = Inbox(most_records=settings.queue_records, most_bytes=settings.queue_bytes)
        self._context = context
        self._changed = changed
        self._standbys = standbys
        self._has_moved = has_moved
        self._inputs = [Partition(topic, number) for topic in context.service.inputs]
        self.stopping = asyncio.Event()
        """It shall finish the batch in hand, then end."""
        self._running: asyncio.Task[None] | None = None
        self._writer: Writer | None = None
        self._task: Task
        self._outbox: Outbox
        self._feeder: Feeder | None = None
        self._given: dict[Partition, int] = {}
        self.taken: Mapping[Partition, int] = {}
        """Next offsets of the inputs that are neither taken nor published yet."""
        self._ahead: dict[Partition, int] = {}
        self._held_back: Mapping[Partition, int] | None = None
        self._full: frozenset[Partition] = frozenset()
        self._busy = False
        self._imager: Imager | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._stepped_s = 0.0
        """How long the last step took."""
        self._doing = "opening"

    @property
    def name(self) -> str:
        return f"{self._context.service.name}/{self.number}"

    @property
    def hungry(self) -> bool:
        return self.ready and not self.stopping.is_set() and not self.inbox.full

    @property
    def wanted(self) -> dict[Partition, int]:
        """Next offsets to fetch of the inputs that its task takes more of."""
        return {partition: at for partition, at in self.positions.items() if partition not in self._full}

    def offer(self, records: Sequence[Record]) -> None:
        """Records of one input partition, in offset order."""
        self.positions[records[0].partition] = records[-1].offset + 1
        self.inbox.put(records)

    def stop(self) -> None:
        """Finish the batch in hand, then end; end at once where nothing is in hand yet."""
        self.stopping.set()
        self.inbox.filled.set()
        if not self.ready and self._running is not None:
            self._running.cancel()

    def held(self) -> int:
        return self._task.held() if self.ready else 0

    @property
    def keeps_images(self) -> bool:
        return self._imager is not None

    def want_image(self) -> None:
        """Of the state behind the step in hand."""
        if self._imager:
            self._imager.wanted = True

    async def keep_last_image(self) -> None:
        """Of the state it ended with, whole or not at all."""
        if self._imager:
            try:
                if self._keeping:
                    await self._keeping
                self.want_image()
                await self._keep_image()
                if self._keeping:
                    await self._keeping
            finally:
                self._imager.kill()

    async def is_at_rest(self) -> bool:
        """Whether everything the inputs hold now, and all a feeder has, is taken and published."""
        given = dict(self._given)
        for partition in self._inputs:
            if self.busy or await self._next(partition):
                return False
        return not self.busy and given == self._given

    @property
    def busy(self) -> bool:
        """It has something in hand, or may be given more by its feeder."""
        return not self.ready or self._busy or len(self.inbox) > 0 or not self.exhausted

    async def run(self) -> None:
        """Raises `Fenced`, `Unclear`; `LaneHalted` or `Fatal` name the lane, its doing and the offsets."""
        self._running = asyncio.current_task()
        if self.stopping.is_set():
            return
        try:
            await self._wait_for_former_owner()
            await call_patiently(
                self._open, self._context.settings.patience, self._context.failure_callback("restore")
            )
            self.ready = True
            self._changed()
            await self._work()
            await self._drain()
        except (Fenced, Unclear):
            raise
        except asyncio.CancelledError:
            if self._busy:
                logger.warning("%s was cut off while %s; it will be read again", self.name, self._doing)
            raise
        except Exception as error:
            told = str(error) if isinstance(error, BusError) else f"{type(error).__name__}: {error}"
            kind = LaneHalted if isinstance(error, LaneHalted) else Fatal
            raise kind(f"{self.name} stopped while {self._doing}: {told}") from error
        finally:
            self.ready = False
            await self._close()

    async def _wait_for_former_owner(self) -> None:
        """Before a writer fences it off: what it asked outsiders for is asked once more else."""
        if self._has_moved and isinstance(self._context.service, OutwardService):
            self._doing = "waiting for the former owner to publish what it asked for"
            await asyncio.sleep(HANDOVER_S)

    async def _open(self) -> None:
        await self._close()
        context = self._context
        # The writer comes first: offsets and changelog stand still only once older writers are fenced.
        self._writer = await context.bus.writer(context.group, context.service.inputs, self.number)
        committed = await self._writer.committed()
        self._outbox = Outbox(context, self.number, self._writer, committed)
        self._given = {partition: committed.get(partition, 0) for partition in self._inputs}
        self.positions = dict(self._given)
        self.taken = dict(self._given)
        standby = await self._standbys.take(self.number)
        self._task = standby.task if standby else context.service.task(self.number)
        self._imager = self._new_imager()
        await self._restore(standby)
        await self._follow()
        self._ahead = {partition: await context.bus.end(partition) for partition in self._inputs}
        self._feeder = context.service.feeder(self._task, self.number)
        self.exhausted = self._feeder is None

    def _new_imager(self) -> Imager | None:
        folder, changelog = self._context.settings.snapshots, self._context.service.changelog
        if folder is None or changelog is None or not isinstance(self._task, ImagedTask):
            return None
        return Imager(
            self._context.bus, Partition(changelog, self.number), folder.of_images(), self._context.clock
        )

    async def _restore(self, standby: Standby | None) -> None:
        """All of the changelog, or what came behind that which a standby has."""
        context = self._context
        if context.service.changelog is None:
            return
        partition = Partition(context.service.changelog, self.number)
        self._doing = f"restoring from {partition.topic}/{partition.number}"
        started = time.monotonic()
        progress = partial(context.observer.restoring, self.number)
        with self._spending("restore"):
            if standby:
                await standby.restoration.follow(progress)
                restored = standby.restoration.result(followed=True)
            else:
                restored = await restore(
                    context.bus,
                    partition,
                    self._task.restore,
                    snapshot=context.settings.snapshots,
                    imaged=self._task if isinstance(self._task, ImagedTask) else None,
                    progress=progress,
                    clock=context.clock,
                )
            await asyncio.to_thread(self._task.restored)
        if restored.refused:
            logger.warning(
                "%s read its state from the log, not from its snapshot: %s", self.name, restored.ignored
            )
        context.observer.restored(self.number, restored, time.monotonic() - started)

    async def _follow(self) -> None:
        """Begin where the group stands that the task follows, if it has come further."""
        if not isinstance(self._task, FollowingTask) or not self._task.follows:
            return
        theirs = await self._context.bus.committed(self._task.follows, self._context.service.inputs)
        ahead = {p: theirs[p] for p in self._inputs if theirs.get(p, 0) > self._given[p]}
        if ahead:
            self._given |= ahead
            self.positions, self.taken = dict(self._given), dict(self._given)
            self._task.go_on_from(ahead)

    async def _work(self) -> None:
        while not self.stopping.is_set():
            if self.inbox:
                await self._take_records()
            if self.stopping.is_set():
                break
            if not self.exhausted and await self._has_caught_up():
                await self._take_readings()
            elif not self.inbox:
                await self._keep_image()
                self._doing = "waiting"
                with self._spending("idle"), suppress(TimeoutError):
                    async with asyncio.timeout(TELL_S):
                        await self.inbox.filled.wait()

    async def _has_caught_up(self) -> bool:
        """Whether the task was given what its inputs held when it started.

        Asked only of an empty inbox; else the feeder would race the records it goes by.
        """
        for partition, end in list(self._ahead.items()):
            if self.inbox:
                return False
            found = await self._next(partition)
            if found and found[0].offset < end:
                return False
            del self._ahead[partition]
        return True

    async def _next(self, partition: Partition) -> Sequence[Record]:
        """The first record of an input that the task was not given yet, if it is there."""
        look = partial(self._context.bus.read, partition, self._given[partition], max_records=1)
        return await call_patiently(
            look, self._context.settings.patience, self._context.failure_callback("fetch")
        )

    async def _take_records(self) -> None:
        settings = self._context.settings
        records = self.inbox.take(most_records=settings.batch_records, most_bytes=settings.batch_bytes)
        self._changed()
        self._doing = f"working on {_span(records)}"
        with self._at_work():
            step = await self._call(self._task.step, records, bury_record)
            self._given.update((record.partition, record.offset + 1) for record in records)
            inputs = Counter(record.partition.topic for record in records)
            stamps = [record.timestamp_us for record in records]
            await self._deliver(step, StepInput(inputs, 0, stamps, dict(self._given), self._stepped_s))
            self.taken = dict(self._given)

    async def _take_readings(self) -> None:
        assert self._feeder is not None
        settings = self._context.settings
        self._doing = "waiting for its feeder"
        started = time.monotonic()
        wait_s = 0.0 if self.inbox else settings.feeder_s
        readings = await self._feeder.next(max_items=settings.feeder_items, timeout_s=wait_s)
        self._context.observer.spent("fetch" if readings else "idle", time.monotonic() - started)
        if readings is None:
            self.exhausted = True
        elif readings:
            await self._publish(readings)

    async def _drain(self) -> None:
        """Take what its feeder has under way: whoever comes next would ask for it once more."""
        if isinstance(self._feeder, DrainableFeeder):
            self._doing = "waiting for what its feeder has under way"
            readings = await self._feeder.drain(timeout_s=DRAIN_S)
            if readings:
                await self._publish(readings)

    async def _publish(self, readings: Sequence[Any]) -> None:
        self._doing = f"working on {len(readings)} readings"
        bury = partial(bury_reading, origin=f"a reading of {self.name}")
        with self._at_work():
            step = await self._call(cast(FedTask, self._task).take, readings, bury)
            await self._deliver(step, StepInput({}, len(readings), (), dict(self._given), self._stepped_s))

    async def _call(
        self,
        call: Callable[[Sequence[Input]], Step],
        inputs: Sequence[Input],
        bury: Callable[[Input, Poison], DeadLetter],
    ) -> Step:
        started = time.monotonic()
        with self._spending("step"):
            step = await asyncio.to_thread(whole_or_one_by_one, call, inputs, bury, self._held_back)
        self._stepped_s = time.monotonic() - started
        self._held_back, self._full = step.consumed, step.full
        return step

    async def _deliver(self, step: Step, given: StepInput) -> None:
        with self._spending("publish"):
            await self._outbox.deliver(step, given, self._task.held())
        self.delivered = True
        if self._imager:
            self._imager.note(step.outputs)
            await self._keep_image()

    async def _keep_image(self) -> None:
        """Between two steps: what the task holds is what is published."""
        if self._imager and self._imager.wanted:
            await self._imager.begin(cast(ImagedTask, self._task))
            self._keeping = self._keeping or asyncio.create_task(self._tell_image(self._imager))

    async def _tell_image(self, imager: Imager) -> None:
        written = await imager.wait()
        self._keeping = None
        if written:
            self._context.observer.imaged(self.number, written)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._busy = True
        yield
        self._busy = False

    @contextmanager
    def _spending(self, state: State) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        except Exception as error:
            self._context.observer.failed(state, error)
            raise
        finally:
            self._context.observer.spent(state, time.monotonic() - started)

    async def _close(self) -> None:
        if self._imager:
            self._imager.kill()
        feeder, self._feeder = self._feeder, None
        writer, self._writer = self._writer, None
        for part in (feeder, writer):
            if part is not None:
                await self._close_one(part)

    async def _close_one(self, part: Feeder | Writer) -> None:
        """What closing has to say must not hide why it came to that."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await part.close()
        except Exception as error:  # noqa: BLE001 - a feeder may raise anything
            logger.warning("%s: closing %s failed: %r", self.name, type(part).__name__, error)


def _span(records: Sequence[Record]) -> str:
    """`articles/3 offsets 10..20`, one for each partition."""
    spans: dict[Partition, tuple[int, int]] = {}
    for record in records:
        first, _ = spans.get(record.partition, (record.offset, record.offset))
        spans[record.partition] = (first, record.offset)
    return ", ".join(f"{p.topic}/{p.number} offsets {a}..{b}" for p, (a, b) in spans.items())
