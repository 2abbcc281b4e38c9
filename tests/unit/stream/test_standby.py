"""The state of what others own is followed, and worked on at once where it comes here."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from services.stream import changelog
from services.stream import standby as standbys
from services.stream.bus import Output, Partition, Record
from services.stream.changelog import LogLost
from services.stream.clock import ManualClock
from services.stream.memory import MemoryBus
from services.stream.outbox import LaneContext
from services.stream.progress import is_settled
from services.stream.runner import Runner
from services.stream.standby import LONGEST, Standbys
from tests.unit.stream import toys
from tests.unit.stream.toys import FAST, STATE, CountService, Notes

WORDS = [f"{letter}{i}" for i in range(10) for letter in "abcd"]
START = datetime(2025, 3, 10, 6, tzinfo=UTC)
STANDING_BY = replace(FAST, standby=True)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standbys, "FOLLOW_S", 0.01)
    monkeypatch.setattr(standbys, "AGAIN_S", 0.01)


class Shelf:
    """Standbys that nobody runs but the test, over a changelog of one number."""

    def __init__(self) -> None:
        self.bus, self.clock, self.service = MemoryBus(), ManualClock(START), CountService()
        self.notes = Notes()
        context = LaneContext(self.service, self.bus, "g", STANDING_BY, self.notes, self.clock)
        self.standbys = Standbys(context)

    async def put(self, counts: dict[str, int]) -> None:
        writer = await self.bus.writer("g", ["source"], 0)
        state = [Output(Partition(STATE, 0), k.encode(), b"%d" % n, (), 1_000) for k, n in counts.items()]
        await writer.publish(state, consumed={})

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        loop = asyncio.create_task(self.standbys.follow(tuple))
        try:
            yield
        finally:
            loop.cancel()
            await asyncio.wait({loop})


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    await toys.topics(shelf.bus)
    await shelf.put({"a": 1, "b": 2})
    return shelf


async def test_a_number_that_comes_here_goes_on_from_what_was_followed() -> None:
    bus, notes = MemoryBus(), Notes()
    await toys.topics(bus, 2)
    first = Runner(CountService(), bus, settings=FAST)
    second = Runner(CountService(), bus, settings=STANDING_BY, observer=notes)
    async with toys.running(first) as end_of_first:
        await toys.until(first.idle)
        async with toys.running(second):
            await toys.until(lambda: notes.followed == {0})
            for number in range(2):
                await toys.put(bus, WORDS[:20], number)
            await toys.until(lambda: is_settled([first, second]))
            end_of_first.set()
            await toys.until(lambda: any(number == 0 for number, _ in notes.restores))
            for number in range(2):
                await toys.put(bus, WORDS[20:], number)
            await toys.until(lambda: is_settled([second]))
            await toys.until(lambda: notes.followed == frozenset())
    assert [restored.followed for number, restored in notes.restores if number == 0] == [True]
    for number in range(2):
        assert await toys.found(bus, number=number) == toys.expected(WORDS)


async def test_a_runner_that_is_not_to_stand_by_follows_nothing() -> None:
    bus = MemoryBus()
    await toys.topics(bus, 2)
    services = CountService(), CountService()
    first, second = (Runner(service, bus, settings=FAST) for service in services)
    async with toys.running(first), toys.running(second):
        await toys.until(first.idle)
        await toys.until(second.idle)
        await asyncio.sleep(0.05)
        assert len(services[1].tasks) == 1


async def test_one_that_is_called_while_it_reads_stops_there_and_is_read_on_from(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelog, "READ_RECORDS", 1)
    gate, entered = threading.Event(), threading.Event()
    restore = toys.CountTask.restore

    def slow_restore(task: toys.CountTask, record: Record) -> None:
        entered.set()
        assert gate.wait(toys.PATIENCE_S)
        restore(task, record)

    monkeypatch.setattr(toys.CountTask, "restore", slow_restore)
    async with shelf.following():
        await toys.until(entered.is_set)
        taking = asyncio.create_task(shelf.standbys.take(0))
        await asyncio.sleep(0.02)
        assert not taking.done(), "somebody works on it still"
        gate.set()
        standby = await taking
    assert standby is not None
    assert standby.restoration.next_offset == 1
    await standby.restoration.follow()
    assert shelf.service.tasks[0].counts == {b"a": 1, b"b": 2}


async def test_one_whose_records_could_not_be_applied_is_never_gone_on_from(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(task: toys.CountTask, record: Record) -> None:
        raise ValueError(f"{task.number}: {record.key!r} is of another scheme")

    monkeypatch.setattr(toys.CountTask, "restore", refuse)
    async with shelf.following():
        await toys.until(lambda: len(shelf.service.tasks) > 1)
        assert shelf.notes.followed == frozenset()
    assert await shelf.standbys.take(0) is None


async def test_one_that_was_begun_too_long_ago_is_begun_anew(shelf: Shelf) -> None:
    async with shelf.following():
        await toys.until(lambda: shelf.notes.followed == {0})
        await shelf.clock.sleep((LONGEST + timedelta(seconds=1)).total_seconds())
        await toys.until(lambda: len(shelf.service.tasks) == 2)
    await shelf.clock.sleep((LONGEST + timedelta(seconds=1)).total_seconds())
    assert await shelf.standbys.take(0) is None


async def test_a_log_that_was_begun_anew_is_no_log_to_go_on_with(shelf: Shelf) -> None:
    async with shelf.following():
        await toys.until(lambda: shelf.notes.followed == {0})
    standby = await shelf.standbys.take(0)
    assert standby is not None
    standby.restoration.next_offset += 1
    with pytest.raises(LogLost, match="state/0 was begun anew"):
        await standby.restoration.follow()
