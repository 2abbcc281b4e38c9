"""The embedded log's file: what it refuses, what it survives, how it is shared."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from services.stream.bus import Fatal, Output, Partition, Retry, TopicSpec
from services.stream.sqlite import SqliteBus, schema, tables
from tests.unit.stream import toys

T0 = Partition("t", 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
async def bus(path: Path) -> AsyncIterator[SqliteBus]:
    bus = SqliteBus(path)
    await bus.start()
    await bus.create([TopicSpec(name="t", partitions=2), TopicSpec(name="c", partitions=1, compact=True)])
    yield bus
    await bus.close()


def records(count: int, *, size: int = 10, partition: Partition = T0) -> list[Output]:
    return [Output(partition, b"%d" % i, bytes(size), (), 1_000) for i in range(count)]


async def publish(bus: SqliteBus, outputs: list[Output]) -> None:
    writer = await bus.writer("g", ["t"], 0)
    await writer.publish(outputs, consumed={})


async def refused(path: Path, message: str) -> None:
    bus = SqliteBus(path)
    with pytest.raises(Fatal, match=message) as caught:
        await bus.start()
    assert str(path) in str(caught.value)
    with pytest.raises(Fatal, match="is not open"):
        await bus.create([])


@pytest.fixture
def text(path: Path) -> Path:
    path.write_bytes(b"not a database " * 1000)
    return path


async def test_a_file_that_is_not_sqlite_is_refused(text: Path) -> None:
    await refused(text, "not a SQLite file")


async def test_another_programs_sqlite_file_is_refused_and_left_as_it_was(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE mine (x)")
    await refused(path, "not a Newsfold log")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("mine",)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.parametrize("found", [0, schema.FORMAT + 1])
async def test_a_log_of_another_format_is_refused(bus: SqliteBus, path: Path, found: int) -> None:
    await bus.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {found}")
    await refused(path, f"its format is {found}, this version reads {schema.FORMAT}")


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    await refused(tmp_path / "missing" / "log.db", "cannot be opened")


async def test_a_damaged_file_is_fatal_and_named(bus: SqliteBus, path: Path) -> None:
    await publish(bus, records(2000, size=500))
    await bus.close()
    _damage(path)
    with pytest.raises(Fatal, match=r"log\.db: the file is damaged"):
        await _read_anew(path)


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // 8192):
        data[page * 8192 : page * 8192 + 4096] = b"\xa5" * 4096
    path.write_bytes(data)


async def _read_anew(path: Path) -> int:
    bus = SqliteBus(path)
    await bus.start()
    try:
        return len(await bus.read(T0, 0, max_records=10_000))
    finally:
        await bus.close()


async def test_a_damaged_batch_is_fatal_and_named(bus: SqliteBus) -> None:
    await publish(bus, records(5))
    await bus._write.call(lambda db: db.execute("UPDATE batches SET records = x'c1'"))
    with pytest.raises(Fatal, match=r"log\.db: the file is damaged"):
        await bus.read(T0, 0, max_records=5)


async def test_a_log_that_may_not_be_written_is_fatal_at_publish(bus: SqliteBus) -> None:
    await bus._write.call(lambda db: db.execute("PRAGMA query_only = 1"))
    with pytest.raises(Fatal, match="may not be written"):
        await publish(bus, records(1))


async def test_a_held_lock_is_worth_a_retry_and_leaves_nothing(bus: SqliteBus, path: Path) -> None:
    writer = await bus.writer("g", ["t"], 0)
    await bus._write.call(lambda db: db.execute("PRAGMA busy_timeout = 20"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Retry, match="holds the lock"):
            await writer.publish(records(1), consumed={T0: 1})
        other.execute("ROLLBACK")
    assert await writer.committed() == {}
    await writer.publish(records(1), consumed={T0: 1})
    assert len(await bus.read(T0, 0, max_records=5)) == 1


async def test_a_full_disk_is_fatal_and_what_was_acknowledged_stays(bus: SqliteBus, path: Path) -> None:
    writer = await bus.writer("g", ["t"], 0)
    await writer.publish(records(10), consumed={T0: 10})

    def fill(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 4}")

    await bus._write.call(fill)
    with pytest.raises(Fatal, match=r"log\.db: the disk is full"):
        await writer.publish(records(20, size=5000), consumed={T0: 99})
    assert await writer.committed() == {T0: 10}
    await bus.close()
    assert await _read_anew(path) == 10


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 0)])
async def test_durability_is_what_was_asked_for(path: Path, durable: bool, level: int) -> None:
    bus = SqliteBus(path, durable=durable)
    await bus.start()
    assert await bus._write.call(lambda db: db.execute("PRAGMA synchronous").fetchone()) == (level,)
    assert await bus._write.call(lambda db: db.execute("PRAGMA journal_mode").fetchone()) == ("wal",)
    await bus.close()


async def test_several_may_make_the_same_file_at_once(path: Path) -> None:
    buses = [SqliteBus(path) for _ in range(4)]
    await asyncio.gather(*(bus.start() for bus in buses))
    await asyncio.gather(*(bus.create([TopicSpec(name="t", partitions=3)]) for bus in buses))
    assert [await bus.partitions("t") for bus in buses] == [3] * 4
    for bus in buses:
        await bus.close()


async def test_a_topic_made_elsewhere_becomes_known(bus: SqliteBus, path: Path) -> None:
    other = SqliteBus(path)
    await other.start()
    await other.create([TopicSpec(name="new", partitions=5)])
    await toys.until(lambda: "new" in bus._catalog.topics)
    assert await bus.partitions("new") == 5
    await other.close()


async def test_a_changed_retention_is_taken_over(bus: SqliteBus, path: Path) -> None:
    await bus.create([TopicSpec(name="t", partitions=2, retention_s=60)])
    await bus.close()
    again = SqliteBus(path)
    await again.start()
    assert again._catalog.topics["t"].retention_s == 60
    await again.close()


async def test_a_fetch_is_bounded_in_bytes_and_goes_on_where_it_stopped(
    bus: SqliteBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "FETCH_BYTES", 1)
    for _ in range(3):
        await publish(bus, records(4) + records(4, partition=Partition("t", 1)))
    member = await bus.join("m", ["t"])
    await member.assignment(timeout_s=1)
    member.seek({T0: 0, Partition("t", 1): 0})
    sizes: list[int] = []
    seen: dict[Partition, list[int]] = {T0: [], Partition("t", 1): []}
    while sum(sizes) < 24:
        got = await member.fetch(max_records=100, timeout_s=5)
        sizes.append(sum(map(len, got.values())))
        for partition, found in got.items():
            seen[partition] += [record.offset for record in found]
    assert sizes == [4] * 6
    assert all(offsets == list(range(12)) for offsets in seen.values())


async def test_a_read_ends_where_the_next_row_would_be_unpacked_in_part(bus: SqliteBus) -> None:
    for _ in range(3):
        await publish(bus, records(4))
    ends = [0]
    while found := await bus.read(T0, ends[-1], max_records=6):
        ends.append(found[-1].offset + 1)
    assert ends == [0, 4, 8, 12]
    assert [record.offset for record in await bus.read(T0, 5, max_records=2)] == [5, 6]


async def test_compaction_goes_through_a_partition_in_turns_and_joins_small_rows(
    bus: SqliteBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stream.sqlite.compaction.CHUNK_ROWS", 3)
    compacted = Partition("c", 0)
    for _ in range(4):
        for i in range(25):
            await publish(bus, [Output(compacted, b"%d" % i, b"v", (), 1_000)])
    await bus.compact("c")
    found = await bus.read(compacted, 0, max_records=1000)
    assert [record.offset for record in found] == list(range(75, 100))
    (rows,) = await bus._read.call(lambda db: db.execute("SELECT count(*) FROM batches").fetchone())
    assert rows < 15


async def test_a_reader_that_never_comes_back_keeps_no_record_alive(bus: SqliteBus) -> None:
    compacted = Partition("c", 0)
    for value in (b"old", b"new"):
        await publish(bus, [Output(compacted, b"k", value, (), 1_000)])
    reader = await bus.writer("newsroom-desk-c", ["c"], 0)
    await reader.publish([], consumed={compacted: 1})
    await bus.compact("c")
    assert [record.value for record in await bus.read(compacted, 0, max_records=9)] == [b"new"]


async def test_retention_keeps_the_order_of_rows_it_does_not_touch(bus: SqliteBus) -> None:
    now_us = int(time.time()) * 1_000_000
    for stamps in ([1_000, now_us], [now_us, now_us], [1_000, now_us], [1_000, 1_000]):
        await publish(bus, [Output(T0, b"k", b"v", (), stamp) for stamp in stamps])
    await bus.create([TopicSpec(name="t", partitions=2, retention_s=3600)])
    await bus.compact("t")
    assert [record.offset for record in await bus.read(T0, 0, max_records=10)] == [1, 2, 3, 5]
    assert [record.offset for record in await bus.read(T0, 3, max_records=10)] == [3, 5]


async def test_a_publish_wakes_readers_of_its_process_without_waiting_for_the_poll(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stream.sqlite.bus.POLL_S", 3600)
    bus = SqliteBus(path)
    await bus.start()
    await bus.create([TopicSpec(name="t", partitions=1)])
    await asyncio.sleep(0.05)
    member = await bus.join("m", ["t"])
    await member.assignment(timeout_s=1)
    member.seek({T0: 0})
    waiting = asyncio.create_task(member.fetch(max_records=1, timeout_s=10))
    await asyncio.sleep(0.02)
    await publish(bus, records(1))
    assert len(await waiting) == 1
    await bus.close()


async def test_publishing_goes_on_during_a_compaction(bus: SqliteBus) -> None:
    compacted = Partition("c", 0)

    async def write() -> None:
        for turn in range(40):
            await publish(bus, [Output(compacted, b"%d" % i, b"%d" % turn, (), 1_000) for i in range(20)])

    async def compact() -> None:
        for _ in range(10):
            await bus.compact("c")

    await asyncio.gather(write(), compact())
    await bus.compact("c")
    found = await bus.read(compacted, 0, max_records=1000)
    assert [(record.key, record.value) for record in found] == [(b"%d" % i, b"39") for i in range(20)]


async def test_a_log_that_fails_wakes_whoever_waits_on_it(bus: SqliteBus) -> None:
    member = await bus.join("m", ["t"])
    await member.assignment(timeout_s=1)
    member.seek({T0: 0})
    waiting = asyncio.create_task(member.fetch(max_records=1, timeout_s=30))
    await asyncio.sleep(0.02)
    await bus._read.close()
    with pytest.raises(Fatal, match="is not open"):
        await waiting


async def test_a_closed_log_says_so(bus: SqliteBus) -> None:
    await bus.close()
    await bus.close()
    with pytest.raises(Fatal, match="is not open"):
        await bus.read(T0, 0, max_records=1)
