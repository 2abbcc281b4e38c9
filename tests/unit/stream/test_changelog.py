"""Restoring a state from its changelog, with and without a snapshot, never from a doubtful one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from services.stream import changelog
from services.stream.bus import Output, Partition, Record, TopicSpec
from services.stream.clock import ManualClock, microseconds
from services.stream.memory import MemoryBus
from services.stream.snapshot import HEADER_BYTES, Header, SnapshotFolder

STATE = Partition("state", 1)
START = datetime(2026, 1, 1, tzinfo=UTC)


class State:
    """What a task would rebuild."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.order: list[int] = []

    def apply(self, record: Record) -> None:
        self.order.append(record.offset)
        if record.value is None:
            self.values.pop(record.key or b"", None)
        else:
            self.values[record.key or b""] = record.value


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def bus(clock: ManualClock) -> MemoryBus:
    bus = MemoryBus(clock=clock)
    await bus.create([TopicSpec(name="state", partitions=2, compact=True)])
    return bus


@pytest.fixture
def place(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(folder=tmp_path / "snapshots", scheme="affine32/1")


async def write(bus: MemoryBus, clock: ManualClock, **values: str | None) -> None:
    writer = await bus.writer("w", ["state"], 1)
    at_us = microseconds(clock.now())
    await writer.publish(
        [Output(STATE, k.encode(), None if v is None else v.encode(), (), at_us) for k, v in values.items()],
        consumed={},
    )


async def test_the_whole_changelog_is_applied_in_order(bus: MemoryBus, clock: ManualClock) -> None:
    await write(bus, clock, a="1", b="1")
    await write(bus, clock, a="2", b=None)
    state, told = State(), []
    restored = await changelog.restore(
        bus, STATE, state.apply, progress=lambda at, end: told.append((at, end))
    )
    assert state.values == {b"a": b"2"}
    assert state.order == [0, 1, 2, 3]
    assert (restored.count, restored.next_offset, restored.from_snapshot) == (4, 4, 0)
    assert told == [(4, 4)]


async def test_what_is_published_meanwhile_is_not_applied(bus: MemoryBus, clock: ManualClock) -> None:
    await write(bus, clock, **{f"k{i}": "1" for i in range(5)})
    end = await bus.end(STATE)
    await write(bus, clock, late="1")
    found = [record async for records in changelog.walk(bus, STATE, 0, end) for record in records]
    assert [record.offset for record in found] == [0, 1, 2, 3, 4]


async def test_the_checksum_tells_one_state_from_another(bus: MemoryBus, clock: ManualClock) -> None:
    await write(bus, clock, a="1")
    first = await changelog.restore(bus, STATE, State().apply)
    assert first == await changelog.restore(bus, STATE, State().apply)
    await write(bus, clock, a="1")
    assert first.checksum != (await changelog.restore(bus, STATE, State().apply)).checksum


async def test_an_empty_changelog_restores_nothing(bus: MemoryBus) -> None:
    restored = await changelog.restore(bus, STATE, State().apply)
    assert (restored.count, restored.next_offset) == (0, 0)


async def test_a_snapshot_and_the_rest_of_the_log_give_the_same_state(
    bus: MemoryBus, clock: ManualClock, place: SnapshotFolder
) -> None:
    await write(bus, clock, a="1", b="1", c="1", d="1")
    await write(bus, clock, a="2", b=None)
    header = await changelog.save(bus, STATE, place, clock=clock)
    assert (header.records, header.next_offset) == (3, 6)
    await write(bus, clock, c=None, e="1")
    whole, quick = State(), State()
    await changelog.restore(bus, STATE, whole.apply)
    restored = await changelog.restore(bus, STATE, quick.apply, snapshot=place, clock=clock)
    assert quick.values == whole.values == {b"a": b"2", b"d": b"1", b"e": b"1"}
    assert (restored.from_snapshot, restored.count, restored.next_offset) == (3, 5, 8)
    assert restored.ignored == ""


async def test_a_new_snapshot_replaces_the_old_one_and_leaves_nothing_else(
    bus: MemoryBus, clock: ManualClock, place: SnapshotFolder
) -> None:
    for turn in range(3):
        await write(bus, clock, a=str(turn))
        await changelog.save(bus, STATE, place, clock=clock)
    assert [path.name for path in place.folder.iterdir()] == ["state-1.snapshot"]
    state = State()
    assert (await changelog.restore(bus, STATE, state.apply, snapshot=place, clock=clock)).count == 1
    assert state.values == {b"a": b"2"}


async def test_a_snapshot_that_cannot_be_written_leaves_the_old_one(
    bus: MemoryBus, clock: ManualClock, place: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(bus, clock, a="1")
    await changelog.save(bus, STATE, place, clock=clock)
    before = place.path(STATE).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.stream.snapshot.Draft.add", full)
    with pytest.raises(OSError, match="No space"):
        await changelog.save(bus, STATE, place, clock=clock)
    assert place.path(STATE).read_bytes() == before
    assert len(list(place.folder.iterdir())) == 1


def edit(**fields: object) -> Callable[[bytes], bytes]:
    """Change a snapshot's header."""

    def change(data: bytes) -> bytes:
        header = msgspec.json.decode(data[:HEADER_BYTES], type=Header)
        line = msgspec.json.encode(msgspec.structs.replace(header, **fields))
        return line.ljust(HEADER_BYTES - 1) + b"\n" + data[HEADER_BYTES:]

    return change


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another scheme": (edit(scheme="affine32/2"), "has scheme 'affine32/2', not 'affine32/1'"),
    "another format": (edit(format=1), "has format 1, not 2"),
    "another topic": (edit(topic="other"), "is of other/1, not state/1"),
    "another partition": (edit(number=0), "is of state/0, not state/1"),
    "beyond the log's end": (edit(next_offset=99), "reaches offset 99, beyond the log's end 2"),
    "too old": (edit(written_at=START - timedelta(hours=13)), "is 46800 s old, more than 43200"),
    "from the future": (edit(written_at=START + timedelta(hours=1)), "was written 3600 s from now"),
    "a changed byte": (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "does not match its checksum"),
    "a changed checksum": (edit(sha256="0" * 64), "does not match its checksum"),
    "cut short": (lambda data: data[:-1], "bytes of payload"),
    "cut in the header": (lambda data: data[:100], "has no readable header"),
    "empty": (lambda _: b"", "has no readable header"),
    "not a snapshot": (lambda _: b"x" * 5000, "has no readable header"),
    "an unknown field": (
        lambda data: data.replace(b'{"format"', b'{"x":1,"format"', 1),
        "no readable header",
    ),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES.keys())
async def test_a_doubtful_snapshot_is_ignored_for_a_stated_reason(
    bus: MemoryBus, clock: ManualClock, place: SnapshotFolder, damage: Callable[[bytes], bytes], reason: str
) -> None:
    await write(bus, clock, a="1", b="1")
    await changelog.save(bus, STATE, place, clock=clock)
    path = place.path(STATE)
    path.write_bytes(damage(path.read_bytes()))
    state = State()
    restored = await changelog.restore(bus, STATE, state.apply, snapshot=place, clock=clock)
    assert state.values == {b"a": b"1", b"b": b"1"}
    assert restored.from_snapshot == 0
    assert reason in restored.ignored
    assert str(path) in restored.ignored


async def test_a_missing_snapshot_is_said_to_be_missing(
    bus: MemoryBus, clock: ManualClock, place: SnapshotFolder
) -> None:
    restored = await changelog.restore(bus, STATE, State().apply, snapshot=place, clock=clock)
    assert restored.ignored == f"there is none at {place.path(STATE)}"


async def test_a_large_changelog_goes_through_in_stretches(
    bus: MemoryBus, clock: ManualClock, place: SnapshotFolder
) -> None:
    await write(bus, clock, **{f"k{i}": "v" * 50 for i in range(2500)})
    header = await changelog.save(bus, STATE, place, clock=clock)
    assert header.records == 2500
    state = State()
    restored = await changelog.restore(bus, STATE, state.apply, snapshot=place, clock=clock)
    assert restored.from_snapshot == len(state.values) == 2500
    assert state.order == sorted(state.order)


async def test_an_empty_snapshot_is_no_reason_to_worry(
    bus: MemoryBus, clock: ManualClock, place: SnapshotFolder
) -> None:
    await changelog.save(bus, STATE, place, clock=clock)
    restored = await changelog.restore(bus, STATE, State().apply, snapshot=place, clock=clock)
    assert restored.ignored.endswith("is empty")
    assert not restored.refused


async def test_the_next_stretch_is_read_while_one_is_in_use_and_nothing_is_left_of_a_failure() -> None:
    asked = list[int]()

    async def stretches() -> AsyncIterator[int]:
        for number in range(4):
            asked.append(number)
            yield number

    async def take_three() -> None:
        async with aclosing(changelog.read_ahead(stretches())) as ahead:
            async for number in ahead:
                await asyncio.sleep(0)
                assert asked == list(range(number + 2))
                if number == 2:
                    raise RuntimeError("the third")

    with pytest.raises(RuntimeError, match="the third"):
        await take_three()
    assert asyncio.all_tasks() == {asyncio.current_task()}
