"""What the run loop tells its observer beside the deliveries' inputs and outcomes."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from services.stream.bus import Partition, Record, Retry
from services.stream.memory import MemoryBus
from services.stream.observer import State
from services.stream.patience import Patience
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.service import Step, Task
from services.stream.steps import bury_record, whole_or_one_by_one
from tests.unit.stream import toys
from tests.unit.stream.toys import FAST, CountService, CountTask, Notes


class TellingTask(CountTask):
    """Notes the length of each word and says how many letters it knows."""

    def step(self, records: Sequence[Record]) -> Step:
        step = super().step(records)
        for record in records:
            what = ("length", str(len(record.value or b"")))
            step.noted[what] = step.noted.get(what, 0) + 1
        step.levels["letters"] = len(self.counts)
        return step


class TellingService(CountService):
    def task(self, number: int) -> Task:
        return TellingTask(number)


class Failures(Notes):
    def __init__(self) -> None:
        super().__init__()
        self.failures: list[tuple[State, str]] = []

    def failed(self, state: State, error: Exception) -> None:
        self.failures.append((state, type(error).__name__))


@pytest.fixture
async def bus() -> MemoryBus:
    bus = MemoryBus()
    await toys.topics(bus)
    return bus


async def test_what_a_task_notes_is_told_when_it_is_published(bus: MemoryBus) -> None:
    await toys.put(bus, ["a1", "b1", "b22"])
    notes = Notes()
    async with RunnerGroup([Runner(TellingService(), bus, settings=FAST, observer=notes)]) as running:
        await running.wait_until_settled()
    (delivery,) = notes.deliveries
    assert delivery.noted == {("length", "2"): 2, ("length", "3"): 1}
    assert delivery.levels == {"letters": 2}
    assert delivery.seconds > 0


def test_a_batch_taken_one_by_one_notes_each_once_and_the_last_levels() -> None:
    records = [
        Record(Partition("source", 0), offset, word[:1].encode(), word.encode(), (), 1_000)
        for offset, word in enumerate(["a1", "poison", "b22", "b33"])
    ]
    step = whole_or_one_by_one(TellingTask(0).step, records, bury_record, None)
    assert step.noted == {("length", "2"): 1, ("length", "3"): 2}
    assert step.levels == {"letters": 2}


async def test_each_failed_attempt_is_told_with_what_was_being_done(bus: MemoryBus) -> None:
    await toys.put(bus, ["a1"])
    for _ in range(2):
        bus.fail_publish(Retry("the log is locked"))
    notes, patience = Failures(), Patience(first_s=0.001)
    runner = Runner(CountService(), bus, settings=replace(FAST, patience=patience), observer=notes)
    async with RunnerGroup([runner]) as running:
        await running.wait_until_settled()
    assert notes.failures == [("publish", "Retry")] * 2
    assert await toys.found(bus) == ["a1#1"]


async def test_what_a_task_raises_is_told_before_it_ends_the_runner(bus: MemoryBus) -> None:
    await toys.put(bus, ["bug"])
    notes = Failures()
    with pytest.raises(Exception, match="a bug in the service"):
        async with RunnerGroup([Runner(CountService(), bus, settings=FAST, observer=notes)]) as running:
            await running.wait_until_settled()
    assert notes.failures == [("step", "ZeroDivisionError")]


async def test_the_fullest_inbox_is_known(bus: MemoryBus) -> None:
    runner = Runner(CountService(), bus, settings=FAST)
    assert runner.backlog() == (0, 0, 0)
