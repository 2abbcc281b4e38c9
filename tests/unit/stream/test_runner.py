"""The run loop over a small service, in good weather."""

import asyncio
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.stream.bus import Partition, Record
from services.stream.memory import MemoryBus
from services.stream.progress import is_drained, is_settled
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.settings import RunSettings
from services.stream.snapshot import Rejection, SnapshotFolder, load
from tests.unit.stream import toys
from tests.unit.stream.toys import FAST, CountService, Notes

WORDS = [f"{letter}{i}" for i in range(25) for letter in "abcd"]


@pytest.fixture
async def bus() -> MemoryBus:
    bus = MemoryBus()
    await toys.topics(bus)
    return bus


async def test_every_record_is_stepped_once_and_in_order(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    runner = Runner(CountService(), bus, settings=FAST)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
    assert await toys.found(bus) == toys.expected(WORDS)
    assert await is_drained(bus, "newsfold-count", ["source"])


async def test_records_that_arrive_later_are_taken_too(bus: MemoryBus) -> None:
    runner = Runner(CountService(), bus, settings=FAST)
    async with toys.running(runner):
        for word in WORDS[:10]:
            await toys.put(bus, [word])
            await toys.until(lambda: is_settled([runner]))
    assert await toys.found(bus) == toys.expected(WORDS[:10])


async def test_batches_keep_to_their_bounds(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    service = CountService()
    runner = Runner(service, bus, settings=FAST)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
    assert max(service.tasks[0].batches) == FAST.batch_records


async def test_a_second_start_restores_the_state_and_goes_on(bus: MemoryBus) -> None:
    for words in (WORDS[:30], WORDS[30:]):
        await toys.put(bus, words)
        notes = Notes()
        runner = Runner(CountService(), bus, settings=FAST, observer=notes)
        async with toys.running(runner):
            await toys.until(lambda r=runner: is_settled([r]))
    assert await toys.found(bus) == toys.expected(WORDS)
    ((number, restored),) = notes.restores
    assert number == 0
    assert restored.count == restored.next_offset == 30


async def test_nothing_is_fetched_before_the_state_is_restored(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await toys.put(bus, WORDS[:8])
    async with toys.running(first := Runner(CountService(), bus, settings=FAST)):
        await toys.until(lambda: is_settled([first]))
    await toys.put(bus, WORDS[8:])
    gate = threading.Event()
    restore = toys.CountTask.restore

    def slow_restore(task: toys.CountTask, record: Record) -> None:
        assert gate.wait(toys.PATIENCE_S)
        restore(task, record)

    monkeypatch.setattr(toys.CountTask, "restore", slow_restore)
    service = CountService()
    runner = Runner(service, bus, settings=FAST)
    async with toys.running(runner):
        await asyncio.sleep(0.2)
        assert service.tasks[0].batches == []
        assert not runner.ready()
        gate.set()
        await toys.until(lambda: is_settled([runner]))
    assert await toys.found(bus) == toys.expected(WORDS)


async def test_two_runners_share_the_numbers_and_hand_them_over_without_loss() -> None:
    bus = MemoryBus()
    await toys.topics(bus, 4)
    for number in range(4):
        await toys.put(bus, WORDS[:40], number)
    service, notes = CountService(), Notes()
    first = Runner(service, bus, settings=FAST, observer=notes)
    async with toys.running(first):
        await toys.until(lambda: len(service.tasks) == 4)
        second = Runner(CountService(), bus, settings=FAST)
        async with toys.running(second):
            await toys.until(lambda: len(notes.owned) == 2)
            await toys.until(lambda: is_settled([first, second]))
            assert len(await first.numbers_at_rest()) == len(await second.numbers_at_rest()) == 2
            for number in range(4):
                await toys.put(bus, WORDS[40:], number)
            await toys.until(lambda: is_settled([first, second]))
        await toys.until(lambda: is_settled([first]))
    for number in range(4):
        assert await toys.found(bus, number=number) == toys.expected(WORDS)
    assert notes.owned == [{0, 1, 2, 3}, {0, 2}, {0, 1, 2, 3}]


async def test_rebalances_in_mid_stream_neither_lose_nor_double() -> None:
    bus = MemoryBus()
    await toys.topics(bus, 3)
    settings = RunSettings(fetch_s=0.05, batch_records=1)
    words = WORDS * 3
    for number in range(3):
        await toys.put(bus, words, number)
    steady = Runner(CountService(), bus, settings=settings)
    async with toys.running(steady):
        for _ in range(6):
            async with toys.running(Runner(CountService(), bus, settings=settings)):
                await asyncio.sleep(0.03)
        await toys.until(lambda: is_settled([steady]))
    for number in range(3):
        assert await toys.found(bus, number=number) == toys.expected(words)


async def test_a_slow_step_does_not_block_the_event_loop(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS[:4])
    service = CountService()
    service.gate = threading.Event()
    runner = Runner(service, bus, settings=FAST)
    async with toys.running(runner):
        await toys.until(lambda: service.tasks)
        started = time.monotonic()
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert time.monotonic() - started < 1.0
        assert not service.tasks[0].batches
        service.gate.set()
        await toys.until(lambda: is_settled([runner]))
    assert threading.get_ident() not in service.tasks[0].threads


async def test_a_lane_that_is_full_is_not_fetched_for(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    service, notes = CountService(), Notes()
    service.gate = threading.Event()
    settings = RunSettings(fetch_s=0.05, batch_records=2, queue_records=10, fetch_records=5)
    runner = Runner(service, bus, settings=settings, observer=notes)
    async with toys.running(runner):
        await asyncio.sleep(0.3)
        (lane,) = runner._lanes.values()
        assert 10 <= len(lane.inbox) < 15
        service.gate.set()
        await toys.until(lambda: is_settled([runner]))
    assert await toys.found(bus) == toys.expected(WORDS)
    assert notes.states["backpressure"] > 0.1


async def test_what_is_told_to_the_observer_adds_up(bus: MemoryBus) -> None:
    await toys.put(bus, [*WORDS, "poison", "a-last"])
    notes = Notes()
    runner = Runner(CountService(), bus, settings=FAST, observer=notes)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
    inputs = sum(delivery.inputs["source"] for delivery in notes.deliveries)
    counted = sum(delivery.outcomes.get("counted", 0) for delivery in notes.deliveries)
    dead = sum(delivery.dead.get("poison", 0) for delivery in notes.deliveries)
    assert (inputs, counted, dead) == (102, 101, 1)
    assert sum(delivery.outputs[toys.SINK] for delivery in notes.deliveries) == 101
    assert notes.deliveries[-1].consumed == {Partition("source", 0): 102}
    assert set(notes.results) == {"committed"}
    assert {"step", "publish", "restore", "fetch"} <= notes.states.keys()


async def test_a_group_is_drained_only_when_all_its_input_is_committed(bus: MemoryBus) -> None:
    assert await is_drained(bus, "newsfold-count", ["source"])
    await toys.put(bus, WORDS[:1])
    assert not await is_drained(bus, "newsfold-count", ["source"])
    runner = Runner(CountService(), bus, settings=FAST)
    assert not await is_settled([runner])
    async with toys.running(runner):
        await toys.until(lambda: is_drained(bus, "newsfold-count", ["source"]))


async def test_snapshots_are_written_while_running_and_shorten_the_next_start(
    bus: MemoryBus, tmp_path: Path
) -> None:
    place = SnapshotFolder(folder=tmp_path, scheme="1")
    settings = RunSettings(fetch_s=0.05, snapshots=place, snapshot_every_s=0.05)
    await toys.put(bus, WORDS)
    runner = Runner(CountService(), bus, settings=settings)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
        await toys.until(lambda: _covers(place, 100))
    notes = Notes()
    async with RunnerGroup([Runner(CountService(), bus, settings=settings, observer=notes)]) as running:
        await toys.put(bus, ["a-last"])
        await running.wait_until_settled()
    ((_, restored),) = notes.restores
    assert (restored.from_snapshot, restored.count, restored.ignored) == (4, 4, "")
    assert (await toys.found(bus))[-1] == "a-last#26"


def _covers(place: SnapshotFolder, offset: int) -> bool:
    found = load(place, Partition(toys.STATE, 0), end=offset, now=datetime.now(UTC))
    if isinstance(found, Rejection):
        return False
    found.close()
    return found.header.next_offset == offset


async def test_a_runner_is_not_at_rest_while_it_publishes(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Runner(CountService(), bus, settings=FAST)
    publish, begun, gate = bus.publish, asyncio.Event(), asyncio.Event()

    async def slowly(*args: Any) -> None:
        begun.set()
        await gate.wait()
        await publish(*args)

    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
        await toys.put(bus, ["a1"])
        monkeypatch.setattr(bus, "publish", slowly)
        await begun.wait()
        assert not await is_settled([runner])
        gate.set()
        await toys.until(lambda: is_settled([runner]))
