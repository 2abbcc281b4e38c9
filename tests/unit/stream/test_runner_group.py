"""Several runners as one: they start, settle, drain and fail together."""

import asyncio
from collections.abc import Sequence
from functools import partial

import msgspec
import pytest

from services.stream.bus import Fatal, Output, Partition, Record, TopicSpec
from services.stream.memory import MemoryBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.service import Feeder, Step, Task
from tests.unit.stream import toys
from tests.unit.stream.toys import FAST, CountService


class HoldTask:
    """Holds every record until the next one comes, and its offset with it."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._held: list[Record] = []

    def restore(self, record: Record) -> None: ...

    def restored(self) -> None: ...

    def step(self, records: Sequence[Record]) -> Step:
        self._held += records
        free, self._held = self._held[:-1], self._held[-1:]
        return Step(
            outputs=[Output(Partition("out", self._number), r.key, r.value, (), 1_000) for r in free],
            outcomes={"passed": len(free)},
            consumed={self._held[0].partition: self._held[0].offset},
        )

    def held(self) -> int:
        return len(self._held)


class HoldService:
    name = "hold"
    inputs: tuple[str, ...] = (toys.SINK,)
    changelog: str | None = None

    def task(self, number: int) -> Task:
        return HoldTask(number)

    def feeder(self, task: Task, number: int) -> Feeder | None:  # noqa: ARG002 - the port says so
        return None


@pytest.fixture
async def bus() -> MemoryBus:
    bus = MemoryBus()
    await toys.topics(bus, 2)
    await bus.create([TopicSpec(name="out", partitions=2)])
    return bus


async def test_a_chain_of_services_settles_upstream_first(bus: MemoryBus) -> None:
    runners = [
        Runner(CountService(feed=200), bus, settings=FAST),
        Runner(CountService(feed=200), bus, settings=FAST),
        Runner(HoldService(), bus, settings=FAST),
    ]
    async with RunnerGroup(runners) as running:
        assert await running.wait_until_settled()
        assert [runner.held() for runner in runners] == [0, 0, 2]
    for number in range(2):
        assert await toys.found(bus, "out", number) == [f"{i}#{i + 1}" for i in range(199)]


async def test_what_a_task_held_back_is_given_again_after_a_restart(bus: MemoryBus) -> None:
    await toys.put(bus, ["a1", "a2"])
    for words in ([], ["a3"]):
        if words:
            await toys.put(bus, words)
        async with RunnerGroup(
            [Runner(CountService(), bus, settings=FAST), Runner(HoldService(), bus, settings=FAST)]
        ) as running:
            await running.wait_until_settled()
    assert await toys.found(bus, "out") == ["a1#1", "a2#2"]


async def test_the_first_failure_stops_the_others_and_is_raised(bus: MemoryBus) -> None:
    await toys.put(bus, ["bug"])
    runners = [Runner(CountService(), bus, settings=FAST), Runner(HoldService(), bus, settings=FAST)]
    running = RunnerGroup(runners)
    with pytest.raises(Fatal, match="a bug in the service"):
        async with running:
            assert not await running.wait_until_settled()
    assert running.stop.is_set()


async def test_setting_stop_ends_the_wait_and_drains(bus: MemoryBus) -> None:
    stop = asyncio.Event()
    async with RunnerGroup([Runner(CountService(feed=10**9), bus, settings=FAST)], stop) as running:
        asyncio.get_running_loop().call_later(0.05, stop.set)
        assert not await running.wait_until_settled()
    found = await toys.found(bus)
    assert found == [f"{i}#{i + 1}" for i in range(len(found))]


async def test_an_error_in_the_block_is_not_hidden(bus: MemoryBus) -> None:
    with pytest.raises(ZeroDivisionError):
        async with RunnerGroup([Runner(CountService(), bus, settings=FAST)]):
            raise ZeroDivisionError


async def test_cancelling_the_block_cancels_the_runners(bus: MemoryBus) -> None:
    async def block() -> None:
        async with RunnerGroup([Runner(CountService(), bus, settings=FAST)]):
            await asyncio.sleep(60)

    task = asyncio.create_task(block())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class TicketTask:
    """Lets what waits go with a ticket, and takes no more where `MOST` wait."""

    MOST = 3

    def __init__(self, number: int) -> None:
        self._number = number
        self._waiting: list[Record] = []

    def restore(self, record: Record) -> None: ...

    def restored(self) -> None: ...

    def step(self, records: Sequence[Record]) -> Step:
        self._waiting += [record for record in records if record.partition.topic == toys.SOURCE]
        free, tickets = [], [record for record in records if record.partition.topic == "tickets"]
        if tickets:
            free, self._waiting = self._waiting, []
        full = {Partition(toys.SOURCE, self._number)} if len(self._waiting) >= self.MOST else set()
        consumed = {record.partition: record.offset + 1 for record in (*free, *tickets)}
        return Step(
            outputs=[Output(Partition("out", self._number), r.key, r.value, (), 1_000) for r in free],
            outcomes={"passed": len(free) + len(tickets)},
            consumed=consumed,
            full=frozenset(full),
        )

    def held(self) -> int:
        return len(self._waiting)


class TicketService(HoldService):
    name = "tickets"
    inputs = (toys.SOURCE, "tickets")

    def task(self, number: int) -> Task:
        return TicketTask(number)


def _holds(runner: Runner, count: int) -> bool:
    return runner.held() >= count


async def _tells(bus: MemoryBus, count: int) -> bool:
    return len(await toys.found(bus, "out")) >= count


async def test_a_task_that_is_full_of_an_input_is_given_no_more_of_it() -> None:
    bus = MemoryBus()
    await toys.topics(bus)
    await bus.create([TopicSpec(name=name, partitions=1) for name in ("out", "tickets")])
    words = [f"a{n}" for n in range(40)]
    await toys.put(bus, words)
    settings = msgspec.structs.replace(FAST, fetch_records=2, batch_records=2, queue_records=2)
    runner = Runner(TicketService(), bus, settings=settings)
    writer = await bus.writer("office", ["tickets"], 0)
    async with RunnerGroup([runner]):
        while len(told := await toys.found(bus, "out")) < len(words):
            least = min(TicketTask.MOST, len(words) - len(told))
            await toys.until(partial(_holds, runner, least))
            await asyncio.sleep(3 * FAST.fetch_s)
            assert runner.held() <= TicketTask.MOST + settings.fetch_records + settings.queue_records
            await writer.publish([Output(Partition("tickets", 0), b"k", b"go", (), 1_000)], consumed={})
            await toys.until(partial(_tells, bus, len(told) + least))
    await writer.close()
    assert await toys.found(bus, "out") == words
