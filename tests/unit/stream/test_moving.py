"""A log moved to another bus: every record once and in order, every group where it was, or a refusal."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.stream.bus import Bus, Fatal, Output, Partition, Record, Retry, TopicSpec
from services.stream.clock import ManualClock, microseconds
from services.stream.memory import MemoryBus
from services.stream.moving import GROUP, MovePlan, MoveResult, PlacesByPartition, move
from services.stream.patience import Patience
from services.stream.sqlite import SqliteBus
from services.stream.sqlite.seal import Seal
from tests.conformance.acts import read_all

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
NOW_US = microseconds(NOW)
SPECS = (
    TopicSpec(name="news", partitions=2),
    TopicSpec(name="table", partitions=2, compact=True),
    TopicSpec(name="letters", partitions=1, retention_s=37 * 86_400),
)


def as_it_is(record: Record, _found: PlacesByPartition) -> Output:
    return Output(record.partition, record.key, record.value, record.headers, record.timestamp_us)


def plan(to: str = "there", **more: object) -> MovePlan:
    defaults = {
        "referring": (),
        "rewrite": as_it_is,
        "patience": Patience(total_s=1),
        "progress": lambda *_: None,
    }
    return MovePlan(to=to, **{**defaults, **more})  # type: ignore[arg-type]


async def run(log: SqliteBus, there: Bus, how: MovePlan | None = None) -> MoveResult | None:
    return await move(log, there, how or plan(), clock=ManualClock(NOW))


def records(topic: str, number: int, count: int, seed: int = 0) -> list[Output]:
    chance = random.Random(f"{topic}{number}{seed}")
    return [
        Output(
            Partition(topic, number),
            f"k{chance.randrange(5)}".encode(),
            None if topic == "table" and chance.random() < 0.3 else chance.randbytes(20),
            (("trace", chance.randbytes(3)), ("trace", b"")),
            NOW_US - chance.randrange(10**9),
        )
        for _ in range(count)
    ]


async def fill(log: Bus, count: int = 40, seed: int = 0) -> None:
    for spec in SPECS:
        for number in range(spec.partitions):
            writer = await log.writer("filler", [spec.name], number)
            await writer.publish(records(spec.name, number, count, seed), consumed={})


async def commit(log: Bus, group: str, partition: Partition, offset: int) -> None:
    writer = await log.writer(group, [partition.topic], partition.number)
    await writer.publish([], consumed={partition: offset})


def faces(found: Sequence[Record]) -> list[tuple[object, ...]]:
    return [(one.key, one.value, one.headers, one.timestamp_us) for one in found]


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteBus]:
    bus = SqliteBus(tmp_path / "log.db", clock=ManualClock(NOW), durable=False)
    await bus.start()
    await bus.create(SPECS)
    await fill(bus)
    await bus.compact("table")  # leaves gaps, so that offsets there are others
    yield bus
    await bus.close()


@pytest.fixture
async def there() -> AsyncIterator[MemoryBus]:
    bus = MemoryBus(clock=ManualClock(NOW))
    await bus.start()
    yield bus
    await bus.close()


async def same(log: Bus, there: Bus) -> None:
    for spec in SPECS:
        for number in range(spec.partitions):
            partition = Partition(spec.name, number)
            assert faces(await read_all(there, partition)) == faces(await read_all(log, partition))


async def test_every_record_arrives_in_order_with_key_value_headers_and_time(
    log: SqliteBus, there: MemoryBus
) -> None:
    moved = await run(log, there)
    assert moved is not None
    assert moved.records["news"] == 80
    assert any(one.value is None for one in await read_all(there, Partition("table", 0)))
    await same(log, there)


@pytest.mark.parametrize("at", [0, 1, 17, 39, 40])
async def test_a_group_goes_on_with_the_record_it_would_have_read_next(
    at: int, log: SqliteBus, there: MemoryBus
) -> None:
    for topic in ("news", "table"):
        await commit(log, "desk", Partition(topic, 1), at)
    moved = await run(log, there)
    assert moved is not None
    found = await there.committed("desk", ["news", "table"])
    for topic in ("news", "table"):
        partition = Partition(topic, 1)
        assert moved.positions["desk"][partition] == (at, found[partition])
        unread = faces(await there.read(partition, found[partition], max_records=100))
        assert unread == faces(await log.read(partition, at, max_records=100))


class Stumbling:
    """A bus that fails, for good, at the nth publish: before it happens, or after."""

    def __init__(self, bus: Bus, nth: int, *, done: bool) -> None:
        self._bus = bus
        self.left = nth
        self._done = done

    def __getattr__(self, name: str) -> object:
        return getattr(self._bus, name)

    async def writer(self, *which: object) -> object:
        writer = await self._bus.writer(*which)  # type: ignore[arg-type]
        publish = writer.publish

        async def stumble(outputs: Sequence[Output], **consumed: object) -> None:
            self.left -= 1
            if self.left == 0 and not self._done:
                raise Fatal("cut off")
            await publish(outputs, **consumed)  # type: ignore[arg-type]
            if self.left == 0:
                raise Fatal("cut off")

        writer.publish = stumble  # type: ignore[method-assign]
        return writer


@pytest.mark.parametrize("done", [True, False])
async def test_cut_off_at_any_publish_a_second_run_completes_with_nothing_twice(
    done: bool,
    tmp_path: Path,
) -> None:
    for nth in range(1, 100):
        log = SqliteBus(tmp_path / f"{nth}.db", clock=ManualClock(NOW), durable=False)
        there = MemoryBus(clock=ManualClock(NOW))
        await log.start()
        await there.start()
        await log.create(SPECS)
        await fill(log, count=6)
        await commit(log, "desk", Partition("news", 0), 4)
        try:
            await run(log, Stumbling(there, nth, done=done))  # type: ignore[arg-type]
        except Fatal:
            assert await run(log, there) is not None
        else:
            assert nth > 6, "nothing was cut off"
            break
        finally:
            await same(log, there)
            assert await there.committed("desk", ["news"]) == {Partition("news", 0): 4}
            await log.close()
            await there.close()


async def test_done_once_a_second_run_has_nothing_to_do(log: SqliteBus, there: MemoryBus) -> None:
    await run(log, there)
    assert await run(log, there) is None


async def test_a_moved_log_takes_nothing_more_also_from_who_has_it_open(
    log: SqliteBus, there: MemoryBus
) -> None:
    writer = await log.writer("desk", ["news"], 0)
    await run(log, there)
    refusal = "nothing more is written to this log .it moves to there: run the services there"
    with pytest.raises(Fatal, match=refusal):
        await writer.publish(records("news", 0, 1), consumed={})
    with pytest.raises(Fatal, match=refusal):
        await writer.publish([], consumed={Partition("news", 0): 9})
    with pytest.raises(Fatal, match=refusal):
        await log.writer("another", ["news"], 0)
    await same(log, there)


async def test_without_its_seal_it_takes_records_again(log: SqliteBus, there: MemoryBus) -> None:
    await run(log, there)
    await log.unseal()
    assert await log.read_seal() is None
    await fill(log, seed=1)
    with pytest.raises(Fatal, match="holds records already"):
        await run(log, there)


async def test_a_log_under_way_to_one_place_goes_to_no_other(log: SqliteBus, there: MemoryBus) -> None:
    with pytest.raises(Fatal, match="cut off"):
        await run(log, Stumbling(there, 2, done=True))  # type: ignore[arg-type]
    with pytest.raises(Fatal, match="is being moved to there, not to elsewhere"):
        await run(log, MemoryBus(), plan("elsewhere"))


async def test_topics_in_use_are_refused_before_anything_is_touched(log: SqliteBus, there: MemoryBus) -> None:
    await there.create(SPECS)
    await fill(there, count=1)
    with pytest.raises(Fatal, match=r"topic .[a-z]+. there holds records already"):
        await run(log, there)
    assert await log.read_seal() is None


async def test_groups_that_were_at_work_there_are_refused(log: SqliteBus, there: MemoryBus) -> None:
    await there.create(SPECS)
    await commit(log, "desk", Partition("news", 0), 3)
    await commit(there, "desk", Partition("news", 0), 0)
    with pytest.raises(Fatal, match="group 'desk' has been at work there already"):
        await run(log, there)
    assert await log.read_seal() is None


async def test_another_layout_is_refused_before_anything_is_touched(log: SqliteBus, there: MemoryBus) -> None:
    await there.create([TopicSpec(name="news", partitions=3)])
    with pytest.raises(Fatal, match="3 partitions"):
        await run(log, there)
    assert await log.read_seal() is None


@pytest.mark.parametrize("partition", [Partition("news", 0), Partition("table", 0)])
async def test_what_somebody_else_published_meanwhile_is_told(
    partition: Partition, log: SqliteBus, there: MemoryBus
) -> None:
    with pytest.raises(Fatal, match="cut off"):
        await run(log, Stumbling(there, 5, done=True))  # type: ignore[arg-type]
    writer = await there.writer("stranger", [partition.topic], partition.number)
    await writer.publish(records(partition.topic, 0, 1, seed=9), consumed={})
    with pytest.raises(Fatal, match="something else was published"):
        await run(log, there)
    assert await there.committed("desk", ["news"]) == {}


async def test_what_the_other_log_may_have_dropped_by_now_is_not_missed(tmp_path: Path) -> None:
    log = SqliteBus(tmp_path / "full.db", clock=ManualClock(NOW), durable=False)
    there = MemoryBus(clock=ManualClock(NOW))
    await log.start()
    await there.start()
    await log.create(SPECS)
    await fill(log)
    old = Output(Partition("letters", 0), b"a", b"b", (), NOW_US - 38 * 86_400 * 1_000_000)
    await (await log.writer("filler", ["letters"], 0)).publish([old], consumed={})
    await commit(log, "desk", Partition("table", 0), 20)
    with pytest.raises(Fatal, match="cut off"):
        await run(log, Stumbling(there, 5, done=True))  # type: ignore[arg-type]
    for spec in SPECS:
        await there.compact(spec.name)
    moved = await run(log, there)
    assert moved is not None
    assert moved.records["table"] < 80
    (at,) = (await there.committed("desk", ["table"])).values()
    left = {one.key: one.value for one in await there.read(Partition("table", 0), at, max_records=99)}
    unread = {one.key: one.value for one in await log.read(Partition("table", 0), 20, max_records=99)}
    assert left == unread
    await log.close()
    await there.close()


async def test_a_record_that_arrives_as_another_is_named(log: SqliteBus, there: MemoryBus) -> None:
    seen = []

    def torn(record: Record, found: PlacesByPartition) -> Output:
        """Wrong when it is copied, right when it is compared."""
        seen.append((record.partition, record.offset))
        first = (record.partition, record.offset) == (Partition("news", 1), 7) and seen.count(seen[-1]) == 1
        return replace(as_it_is(record, found), value=b"torn") if first else as_it_is(record, found)

    with pytest.raises(Fatal, match="news/1 offset 7 is not on the other log, which has another record"):
        await run(log, there, plan(rewrite=torn))
    assert await log.read_seal() == Seal("there", done=False)


async def test_a_bus_that_is_away_for_a_moment_is_waited_for(log: SqliteBus, there: MemoryBus) -> None:
    class Away(Stumbling):
        async def writer(self, *which: object) -> object:
            writer = await self._bus.writer(*which)  # type: ignore[arg-type]
            publish = writer.publish

            async def flaky(outputs: Sequence[Output], **consumed: object) -> None:
                self.left -= 1
                if self.left % 2:
                    raise Retry("away")
                await publish(outputs, **consumed)  # type: ignore[arg-type]

            writer.publish = flaky  # type: ignore[method-assign]
            return writer

    assert await run(log, Away(there, 100, done=False)) is not None  # type: ignore[arg-type]
    await same(log, there)


async def test_what_refers_to_other_topics_comes_last_and_is_told_their_places(
    log: SqliteBus, there: MemoryBus
) -> None:
    seen: dict[str, set[str]] = {}

    def noting(record: Record, found: PlacesByPartition) -> Output:
        seen.setdefault(record.partition.topic, set()).update(at.topic for at in found)
        return as_it_is(record, found)

    await run(log, there, plan(referring=("letters",), rewrite=noting))
    assert seen["letters"] == {"news", "table"}


async def test_the_movers_own_progress_is_no_group_of_the_log(log: SqliteBus, there: MemoryBus) -> None:
    await run(log, there)
    assert GROUP not in await log.positions()


async def test_topics_and_groups_that_are_left_stay_behind(log: SqliteBus, there: MemoryBus) -> None:
    for group in ("desk", "other"):
        for topic in ("news", "letters"):
            await commit(log, group, Partition(topic, 0), 7)
    moved = await run(log, there, plan(left=("letters", "other")))
    assert moved is not None
    assert moved.left == ["letters"]
    assert moved.records.keys() == {"news", "table"}
    assert {group: set(reached) for group, reached in moved.positions.items()} == {
        "desk": {Partition("news", 0)}
    }
    assert not await there.committed("other", ["news"])
    with pytest.raises(Fatal, match="letters"):
        await there.partitions("letters")
