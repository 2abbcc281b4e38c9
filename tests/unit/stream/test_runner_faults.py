"""The run loop when things go wrong: crashes, fencing, broken input, broken logs, broken services."""

import asyncio
import threading
import time
from functools import partial

import pytest
from msgspec.structs import replace

from services.stream.breaker import Limits
from services.stream.bus import Fatal, Output, Partition, Retry, Unclear
from services.stream.lane import Lane
from services.stream.memory import MemoryBus
from services.stream.patience import Patience
from services.stream.progress import is_settled
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.settings import RunSettings
from tests.unit.stream import toys
from tests.unit.stream.toys import FAST, CountService, Notes

WORDS = [f"{letter}{i}" for i in range(5) for letter in "abcd"]


class Crash(Exception):
    """The process ends here."""


@pytest.fixture
async def bus() -> MemoryBus:
    bus = MemoryBus()
    await toys.topics(bus)
    return bus


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Patience that waits for nothing, but notes how long it should have."""
    noted: list[float] = []

    async def note(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr("services.stream.patience.sleep", note)
    return noted


async def finish(bus: MemoryBus) -> Notes:
    notes = Notes()
    async with RunnerGroup([Runner(CountService(), bus, settings=FAST, observer=notes)]) as running:
        await running.wait_until_settled()
    return notes


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("publishes", range(5))
async def test_a_crash_at_any_publish_neither_loses_nor_doubles(
    bus: MemoryBus, publishes: int, after: bool
) -> None:
    await toys.put(bus, WORDS)
    bus.fail_publish(Crash(), after=after, skip=publishes)
    with pytest.raises(Fatal, match="Crash"):
        await finish(bus)
    assert len(await toys.found(bus)) == 4 * (publishes + after)
    await finish(bus)
    assert await toys.found(bus) == toys.expected(WORDS)
    assert (await toys.found(bus, toys.STATE))[-4:] == ["5"] * 4


async def test_an_unclear_publish_makes_the_lane_start_again_from_what_is_committed(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    bus.fail_publish(Unclear("no answer"), after=True, skip=1)
    bus.fail_publish(Unclear("no answer"), after=False)
    notes = await finish(bus)
    assert await toys.found(bus) == toys.expected(WORDS)
    assert notes.results.count("unclear") == 2
    assert len(notes.restores) == 3


async def test_a_retry_publishes_the_same_again_after_growing_pauses(
    bus: MemoryBus, pauses: list[float]
) -> None:
    await toys.put(bus, WORDS)
    for _ in range(4):
        bus.fail_publish(Retry("the log is locked"))
    service, notes = CountService(), Notes()
    runner = Runner(service, bus, settings=FAST, observer=notes)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
    assert await toys.found(bus) == toys.expected(WORDS)
    assert pauses == [0.05, 0.1, 0.2, 0.4]
    assert notes.results[:5] == ["aborted"] * 4 + ["committed"]
    assert sum(service.tasks[0].batches) == len(WORDS)


@pytest.mark.usefixtures("pauses")
async def test_patience_ends_in_a_message_that_says_where(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    for _ in range(20):
        bus.fail_publish(Retry("the log is locked"))
    settings = RunSettings(patience=Patience(total_s=2.0))
    runner = Runner(CountService(), bus, settings=settings)
    with pytest.raises(Fatal, match=r"count/0 .* source/0 offsets 0\.\.19: still failing .* locked"):
        await runner.run(asyncio.Event())


async def test_a_fenced_lane_is_dropped_and_the_others_go_on() -> None:
    bus = MemoryBus()
    await toys.topics(bus, 2)
    runner = Runner(CountService(), bus, settings=FAST)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
        thief = await bus.writer("newsfold-count", ["source"], 0)
        await toys.put(bus, WORDS, 0)
        await toys.put(bus, WORDS, 1)
        await toys.until(lambda: runner.fenced_numbers() == {0})
        await toys.until(lambda: _rests(runner, {1}))
        assert await thief.committed() == {}
    assert await toys.found(bus, number=0) == []
    assert await toys.found(bus, number=1) == toys.expected(WORDS)


async def _rests(runner: Runner, numbers: set[int]) -> bool:
    return await runner.numbers_at_rest() == numbers


async def test_a_fenced_number_stays_with_its_thief_when_others_change_hands() -> None:
    bus = MemoryBus()
    await toys.topics(bus, 3)
    notes = Notes()
    runner = Runner(CountService(), bus, settings=FAST, observer=notes)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
        thief = await bus.writer("newsfold-count", ["source"], 0)
        await toys.put(bus, WORDS, 0)
        await toys.until(lambda: runner.fenced_numbers() == {0})
        other = await bus.join("newsfold-count", ["source"])
        await toys.until(lambda: notes.owned[-1] == {0, 2})
        await toys.until(lambda: _rests(runner, {2}))
        await thief.publish([], consumed={Partition("source", 0): 1})
        assert runner.fenced_numbers() == {0}
        await other.close()


async def test_what_was_fetched_for_a_lane_is_not_given_to_its_successor(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    runner = Runner(CountService(), bus, settings=FAST)
    old, new = (Lane(runner._context, 0, lambda: None, standbys=runner._standbys) for _ in range(2))
    member = await bus.join("newsfold-count", ["source"])
    member.seek({Partition("source", 0): 10})
    runner._lanes = {0: new}
    assert await runner._fill(member, {0: old}) == {Partition("source", 0): 20}
    assert len(new.inbox) == len(old.inbox) == 0
    await member.close()


async def test_a_fenced_number_is_taken_up_again_once_it_went_away_and_came_back() -> None:
    bus = MemoryBus()
    await toys.topics(bus, 2)
    runner = Runner(CountService(), bus, settings=FAST)
    async with toys.running(runner):
        await toys.until(lambda: is_settled([runner]))
        await bus.writer("newsfold-count", ["source"], 1)
        await toys.put(bus, WORDS, 1)
        await toys.until(lambda: runner.fenced_numbers() == {1})
        other = await bus.join("newsfold-count", ["source"])
        await toys.until(lambda: not runner.fenced_numbers())
        await other.close()
        await toys.until(lambda: is_settled([runner]))
    assert await toys.found(bus, number=1) == toys.expected(WORDS)


async def test_a_bug_in_the_service_stops_everything_and_names_task_topic_and_offsets(bus: MemoryBus) -> None:
    await toys.put(bus, ["a", "b", "c", "d", "a", "bug"])
    with pytest.raises(
        Fatal, match=r"count/0 .* source/0 offsets 4\.\.5: ZeroDivisionError: a bug"
    ) as caught:
        await finish(bus)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert len(await toys.found(bus)) == 4


async def test_a_changelog_that_cannot_be_read_back_stops_before_any_work(bus: MemoryBus) -> None:
    writer = await bus.writer("x", ["source"], 0)
    await writer.publish([Output(Partition(toys.STATE, 0), b"a", b"not a number")], consumed={})
    await toys.put(bus, WORDS)
    with pytest.raises(Fatal, match="restoring from state/0: ValueError"):
        await finish(bus)
    assert await toys.found(bus) == []


async def test_a_poisonous_record_becomes_a_dead_letter_and_the_rest_flows_on(bus: MemoryBus) -> None:
    words = ["a1", "poison", "a2", "a3", "poison", "poison", "poison", "poison", "a4"]
    await toys.put(bus, words)
    await finish(bus)
    assert await toys.found(bus) == toys.expected([word for word in words if word != "poison"])
    letters = await bus.read(Partition(toys.DEAD, 0), 0, max_records=10)
    assert [dict(letter.headers)["dl_origin"] for letter in letters] == [
        b"source/0/%d" % i for i in (1, 4, 5, 6, 7)
    ]
    assert {(letter.key, letter.value) for letter in letters} == {(b"p", b"poison")}
    assert dict(letters[0].headers)["dl_reason"] == b"poison"


async def test_a_dead_letter_that_cannot_be_written_stops_the_lane_and_commits_nothing() -> None:
    bus = MemoryBus()
    await toys.topics(bus)
    del bus._topics[toys.DEAD]
    await toys.put(bus, ["a1", "poison"])
    with pytest.raises(Fatal, match="dead-letters"):
        await finish(bus)
    assert await bus.committed("newsfold-count", ["source"]) == {}
    assert await toys.found(bus) == []


async def written(bus: MemoryBus, number: int, count: int) -> bool:
    return len(await toys.found(bus, number=number)) == count


async def test_a_number_that_halts_leaves_the_others_alone_and_goes_on_once_it_can() -> None:
    bus = MemoryBus()
    await toys.topics(bus, partitions=2)
    dead = bus._topics.pop(toys.DEAD)
    await toys.put(bus, ["a1", "poison"])
    await toys.put(bus, ["b1", "b2"], number=1)
    notes, stop = toys.Notes(), asyncio.Event()
    settings = replace(toys.FAST, halt_s=0.2)
    runner = Runner(CountService(), bus, settings=settings, observer=notes)
    run = asyncio.create_task(runner.run(stop))
    try:
        await toys.until(lambda: notes.halts)
        await toys.until(partial(written, bus, 1, 2))
        assert runner.halted_numbers().keys() == {0}
        assert "dead letters could not be written to dead-letters.count" in runner.halted_numbers()[0]
        assert await bus.committed("newsfold-count", ["source"]) == {Partition("source", 1): 2}
        await toys.until(lambda: len(notes.halts) > 1)
        bus._topics[toys.DEAD] = dead
        await toys.until(lambda: not runner.halted_numbers())
    finally:
        stop.set()
        await run
    assert await bus.committed("newsfold-count", ["source"]) == {
        Partition("source", 0): 2,
        Partition("source", 1): 2,
    }
    assert await toys.found(bus) == toys.expected(["a1"])
    assert len(await bus.read(Partition(toys.DEAD, 0), 0, max_records=10)) == 1


async def test_a_halted_number_that_comes_back_with_nothing_left_to_do_is_halted_no_more() -> None:
    bus = MemoryBus()
    await toys.topics(bus, partitions=2)
    del bus._topics[toys.DEAD]
    await toys.put(bus, ["poison"], number=1)
    notes, stop = toys.Notes(), asyncio.Event()
    runner = Runner(CountService(), bus, settings=replace(FAST, halt_s=30.0), observer=notes)
    run = asyncio.create_task(runner.run(stop))
    try:
        await toys.until(lambda: runner.halted_numbers().keys() == {1})
        other = await bus.join("newsfold-count", ["source"])
        await toys.until(lambda: notes.owned[-1] == {0})
        skipping = await bus.writer("newsfold-count", ["source"], 1)
        await skipping.publish([], consumed={Partition("source", 1): 1})
        await other.close()
        await toys.until(lambda: notes.owned[-1] == {0, 1} and runner.ready())
        assert not runner.halted_numbers()
    finally:
        stop.set()
        await run


async def test_the_breaker_stops_before_the_input_is_thrown_away(bus: MemoryBus) -> None:
    await toys.put(bus, ["a1", *["poison"] * 50])
    settings = RunSettings(batch_records=10, dead_limits=Limits(consecutive=20))
    runner = Runner(CountService(), bus, settings=settings)
    with pytest.raises(Fatal, match=r"21 inputs in a row .* source/0/30: poison|30 inputs in a row"):
        await runner.run(asyncio.Event())
    assert len(await toys.found(bus, toys.DEAD)) == 29
    assert await bus.committed("newsfold-count", ["source"]) == {Partition("source", 0): 30}


async def test_stopping_finishes_the_batch_in_hand(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    service = CountService()
    service.gate = threading.Event()
    runner = Runner(service, bus, settings=FAST)
    stop = asyncio.Event()
    run = asyncio.create_task(runner.run(stop))
    await toys.until(lambda: service.tasks)
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.sleep(0.05)
    service.gate.set()
    await run
    assert await toys.found(bus) == toys.expected(WORDS)[:4]
    assert await bus.committed("newsfold-count", ["source"]) == {Partition("source", 0): 4}


async def test_a_step_that_does_not_end_is_cut_off_after_the_drain_time(
    bus: MemoryBus, caplog: pytest.LogCaptureFixture
) -> None:
    await toys.put(bus, WORDS)
    service = CountService()
    service.gate = threading.Event()
    runner = Runner(service, bus, settings=RunSettings(drain_s=0.2))
    stop = asyncio.Event()
    run = asyncio.create_task(runner.run(stop))
    await toys.until(lambda: service.tasks)
    await asyncio.sleep(0.1)
    started = time.monotonic()
    stop.set()
    await run
    assert 0.15 < time.monotonic() - started < 1.0
    assert "count/0 was cut off while working on source/0 offsets 0..19" in caplog.text
    service.gate.set()
    assert await toys.found(bus) == []
    await finish(bus)
    assert await toys.found(bus) == toys.expected(WORDS)


async def test_stopping_during_a_restore_ends_at_once(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await toys.put(bus, WORDS)
    await finish(bus)
    begun, gate = threading.Event(), threading.Event()

    def restore_slowly(*_: object) -> None:
        begun.set()
        assert gate.wait(toys.PATIENCE_S)

    monkeypatch.setattr(toys.CountTask, "restore", restore_slowly)
    stop = asyncio.Event()
    run = asyncio.create_task(Runner(CountService(), bus).run(stop))
    await toys.until(begun.is_set)
    stop.set()
    async with asyncio.timeout(1):
        await run
    gate.set()


async def test_cancelling_a_run_leaves_the_group(bus: MemoryBus) -> None:
    runner = Runner(CountService(), bus, settings=FAST)
    run = asyncio.create_task(runner.run(asyncio.Event()))
    await toys.until(lambda: is_settled([runner]))
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    member = await bus.join("newsfold-count", ["source"])
    assignment = await member.assignment(timeout_s=1)
    assert assignment is not None
    assert assignment.partitions == {Partition("source", 0)}


async def test_a_zombie_that_comes_back_publishes_nothing(bus: MemoryBus) -> None:
    await toys.put(bus, WORDS)
    zombie = CountService()
    zombie.gate = threading.Event()
    sleeper = Runner(zombie, bus, settings=FAST)
    async with toys.running(sleeper):
        await toys.until(lambda: zombie.tasks)
        await asyncio.sleep(0.05)
        # Another process knows nothing of this one's groups: it only takes the writer.
        other = Runner(CountService(), bus, settings=RunSettings(group="newsfold-count"))
        bus._groups._members.clear()
        async with toys.running(other):
            await toys.until(lambda: is_settled([other]))
            zombie.gate.set()
            await toys.until(lambda: sleeper.fenced_numbers() == {0})
    assert await toys.found(bus) == toys.expected(WORDS)
