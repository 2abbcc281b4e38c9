"""Small services to try the loop with: each shows in its output whether a record was lost or doubled."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.stream.bus import Bus, Output, Partition, Record, TopicSpec
from services.stream.changelog import RestoreResult
from services.stream.imager import Written
from services.stream.observer import Delivery, NullObserver, Result, State
from services.stream.runner import Runner
from services.stream.service import DeadLetter, Feeder, Poison, Step, Task
from services.stream.settings import RunSettings

SOURCE, SINK, STATE, DEAD = "source", "sink", "state", "dead-letters.count"
FAST = RunSettings(fetch_s=0.05, feeder_s=0.02, drain_s=2.0, batch_records=4)
PATIENCE_S = 10.0


class CountTask:
    """Numbers the records of each key; the last number of each key is its changelog."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.counts: dict[bytes, int] = {}
        self.batches: list[int] = []
        self.threads: set[int] = set()
        self.gate: threading.Event | None = None

    def restore(self, record: Record) -> None:
        self.counts[record.key or b""] = int(record.value or b"0")

    def restored(self) -> None: ...

    def step(self, records: Sequence[Record]) -> Step:
        if self.gate is not None:
            assert self.gate.wait(PATIENCE_S)
        for record in records:
            if record.value == b"poison":
                raise Poison("poison", "it says so")
            if record.value == b"bug":
                raise ZeroDivisionError("a bug in the service")
        self.batches.append(len(records))
        self.threads.add(threading.get_ident())
        step = Step(outcomes={"counted": len(records)})
        for record in records:
            self._count(step, record.key or b"", record.value or b"")
        return step

    def take(self, readings: Sequence[Any]) -> Step:
        if "poison" in readings:
            raise Poison("poison", "it says so")
        step = Step(outcomes={"fed": len(readings)})
        for reading in readings:
            self._count(step, b"fed", str(reading).encode())
        return step

    def held(self) -> int:
        return 0

    def _count(self, step: Step, key: bytes, value: bytes) -> None:
        self.counts[key] = self.counts.get(key, 0) + 1
        told = b"%s#%d" % (value, self.counts[key])
        step.outputs.append(Output(Partition(SINK, self.number), key, told, (), 1_000))
        state = b"%d" % self.counts[key]
        step.outputs.append(Output(Partition(STATE, self.number), key, state, (), 1_000))


class ListFeeder:
    """Brings the numbers the task has not yet counted, up to `total`."""

    def __init__(self, task: CountTask, total: int) -> None:
        self.task = task
        self.total = total
        self.closed = False

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Any] | None:  # noqa: ARG002 - the port says so
        await asyncio.sleep(0)
        done = self.task.counts.get(b"fed", 0)
        return list(range(done, min(done + max_items, self.total))) or None

    async def close(self) -> None:
        self.closed = True


class CountService:
    name = "count"
    inputs: tuple[str, ...] = (SOURCE,)
    changelog: str | None = STATE

    def __init__(self, *, feed: int | None = None) -> None:
        self.feed = feed
        self.tasks: list[CountTask] = []
        self.feeders: list[ListFeeder] = []
        self.gate: threading.Event | None = None

    def task(self, number: int) -> Task:
        task = CountTask(number)
        task.gate = self.gate
        self.tasks.append(task)
        return task

    def feeder(self, task: Task, number: int) -> Feeder | None:  # noqa: ARG002
        if self.feed is None:
            return None
        assert isinstance(task, CountTask)
        self.feeders.append(ListFeeder(task, self.feed))
        return self.feeders[-1]


class Notes(NullObserver):
    """An observer that remembers."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.results: list[Result] = []
        self.states: dict[State, float] = {}
        self.restores: list[tuple[int, RestoreResult]] = []
        self.owned: list[set[int]] = []
        self.halts: list[int] = []
        self.images: list[Written] = []
        self.followed: frozenset[int] = frozenset()

    def imaged(self, number: int, written: Written) -> None:  # noqa: ARG002
        self.images.append(written)

    def following(self, numbers: frozenset[int]) -> None:
        self.followed = numbers

    def halted(self, number: int) -> None:
        self.halts.append(number)

    def delivered(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    def transaction(self, result: Result, seconds: float) -> None:
        assert seconds >= 0
        self.results.append(result)

    def spent(self, state: State, seconds: float) -> None:
        self.states[state] = self.states.get(state, 0) + seconds

    def restored(self, number: int, restored: RestoreResult, seconds: float) -> None:  # noqa: ARG002
        self.restores.append((number, restored))

    def rebalanced(self, owned: frozenset[int]) -> None:
        self.owned.append(set(owned))


async def topics(bus: Bus, partitions: int = 1) -> None:
    await bus.create(
        [
            TopicSpec(name=SOURCE, partitions=partitions),
            TopicSpec(name=SINK, partitions=partitions),
            TopicSpec(name=STATE, partitions=partitions, compact=True),
            TopicSpec(name=DEAD, partitions=1),
        ]
    )


async def put(bus: Bus, values: Sequence[str], number: int = 0) -> None:
    """Append to the source; the key is the value's first letter."""
    writer = await bus.writer("press", [SOURCE], number)
    records = [Output(Partition(SOURCE, number), v[:1].encode(), v.encode(), (), 1_000) for v in values]
    await writer.publish(records, consumed={})
    await writer.close()


async def found(bus: Bus, topic: str = SINK, number: int = 0) -> list[str]:
    records = await bus.read(Partition(topic, number), 0, max_records=100_000)
    return [(record.value or b"").decode() for record in records]


async def has_told(bus: Bus, total: int) -> bool:
    """Whether so many results are there."""
    return len(await found(bus)) >= total


def expected(values: Sequence[str], counts: dict[str, int] | None = None) -> list[str]:
    """What an undisturbed run makes of the values."""
    counts = counts if counts is not None else {}
    told = []
    for value in values:
        counts[value[:1]] = counts.get(value[:1], 0) + 1
        told.append(f"{value}#{counts[value[:1]]}")
    return told


@asynccontextmanager
async def running(runner: Runner) -> AsyncIterator[asyncio.Event]:
    """Run beside the block, stop after it, and raise what the run raised."""
    stop = asyncio.Event()
    run = asyncio.create_task(runner.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait({run})
    await run


async def until(condition: Any) -> None:
    """Wait until an async or plain condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            holds = condition()
            if await holds if asyncio.iscoroutine(holds) else holds:
                return
            await asyncio.sleep(0.005)


def dead(reason: str) -> DeadLetter:
    return DeadLetter(reason, "detail", b"k", b"v", (), "source/0/0")
