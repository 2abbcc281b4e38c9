"""Input from outside the log: in the same lane, in the same act, resumable."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.stream.bus import Fatal, Partition
from services.stream.dead_letters import topic_of
from services.stream.memory import MemoryBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.service import Feeder, Task
from services.stream.settings import RunSettings
from tests.unit.stream import toys
from tests.unit.stream.toys import CountService, CountTask, ListFeeder, Notes

SETTINGS = RunSettings(fetch_s=0.05, feeder_s=0.02, feeder_items=3, batch_records=2)


@pytest.fixture
async def bus() -> MemoryBus:
    bus = MemoryBus()
    await toys.topics(bus)
    return bus


async def finish(bus: MemoryBus, service: CountService) -> Notes:
    notes = Notes()
    async with RunnerGroup([Runner(service, bus, settings=SETTINGS, observer=notes)]) as running:
        await running.wait_until_settled()
    return notes


def fed(total: int) -> list[str]:
    return [f"{i}#{i + 1}" for i in range(total)]


async def test_a_feeder_is_asked_until_it_has_no_more(bus: MemoryBus) -> None:
    service = CountService(feed=10)
    notes = await finish(bus, service)
    assert await toys.found(bus) == fed(10)
    assert [delivery.readings for delivery in notes.deliveries] == [3, 3, 3, 1]
    assert sum(delivery.outcomes["fed"] for delivery in notes.deliveries) == 10
    assert [feeder.closed for feeder in service.feeders] == [True]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("publishes", range(4))
async def test_a_feeder_resumes_from_the_restored_task_after_a_crash(
    bus: MemoryBus, publishes: int, after: bool
) -> None:
    bus.fail_publish(ZeroDivisionError(), after=after, skip=publishes)
    with pytest.raises(Fatal, match="readings"):
        await finish(bus, CountService(feed=10))
    await finish(bus, CountService(feed=10))
    assert await toys.found(bus) == fed(10)


async def test_the_input_that_was_there_first_is_given_before_the_feeder_is_asked(bus: MemoryBus) -> None:
    words = [f"a{i}" for i in range(9)]
    await toys.put(bus, words)
    await finish(bus, CountService(feed=5))
    assert await toys.found(bus) == toys.expected(words) + fed(5)


async def test_records_and_readings_share_a_lane(bus: MemoryBus) -> None:
    service = CountService(feed=1_000_000)
    runner = Runner(service, bus, settings=SETTINGS)
    async with toys.running(runner):
        await toys.until(lambda: service.tasks and service.tasks[0].counts.get(b"fed", 0) > 10)
        await toys.put(bus, ["a1", "a2", "a3"])
        await toys.until(lambda: service.tasks[0].counts.get(b"a") == 3)
        assert not runner.is_exhausted()
    found = await toys.found(bus)
    assert [told for told in found if told.startswith("a")] == ["a1#1", "a2#2", "a3#3"]
    assert [told for told in found if not told.startswith("a")] == fed(len(found) - 3)


class _LateFeeder(ListFeeder):
    """Has two more under way when it is drained."""

    async def drain(self, *, timeout_s: float) -> Sequence[Any]:
        assert timeout_s > 0
        return [self.total, self.total + 1]


class _LateService(CountService):
    def feeder(self, task: Task, number: int) -> Feeder | None:  # noqa: ARG002
        assert isinstance(task, CountTask)
        return _LateFeeder(task, 5)


async def test_what_a_feeder_has_under_way_when_a_runner_stops_is_published(bus: MemoryBus) -> None:
    runner = Runner(_LateService(), bus, settings=SETTINGS)
    async with toys.running(runner):
        await toys.until(runner.is_exhausted)
    assert await toys.found(bus) == fed(7)


async def test_a_runner_is_exhausted_when_all_its_feeders_are(bus: MemoryBus) -> None:
    runner = Runner(CountService(feed=5), bus, settings=SETTINGS)
    assert not runner.is_exhausted()
    async with toys.running(runner):
        await toys.until(runner.is_exhausted)


async def test_a_poisonous_reading_dies_alone(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = [[0, "poison", 1], None]

    async def bring(*_: object, **__: object) -> list[object] | None:
        return readings.pop(0)

    monkeypatch.setattr(toys.ListFeeder, "next", bring)
    await finish(bus, CountService(feed=2))
    assert await toys.found(bus) == fed(2)
    (letter,) = await bus.read(Partition(topic_of("count"), 0), 0, max_records=10)
    assert letter.value == b'"poison"'
    assert dict(letter.headers)["dl_origin"] == b"a reading of count/0"
