"""A copy of the log is of one moment, whole, proved before use, and never in the place of something else."""

import hashlib
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.stream.bus import BusError, Fatal, Output, Partition, TopicSpec
from services.stream.sqlite import SqliteBus, backup
from tests.conformance.acts import read_all

NEWS, SUMS = Partition("news", 0), Partition("sums", 0)


def silent(_done: int, _total: int) -> None: ...


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteBus]:
    bus = SqliteBus(tmp_path / "log.db", durable=False)
    await bus.start()
    await bus.create([TopicSpec(name="news", partitions=1), TopicSpec(name="sums", partitions=1)])
    yield bus
    await bus.close()


async def publish(bus: SqliteBus, acts: int, *, size: int = 10) -> None:
    """Each act says in both topics, and as the group's position, the same number."""
    writer = await bus.writer("desk", ["news"], 0)
    start = await bus.end(NEWS)
    for number in range(start, start + acts):
        value = str(number).encode().ljust(size, b".")
        outputs = [Output(NEWS, b"k", value), Output(SUMS, b"k", value)]
        await writer.publish(outputs, consumed={NEWS: number + 1})


def beginning(folder: Path, word: str) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(word))


async def told(path: Path) -> tuple[int, int, int]:
    bus = SqliteBus(path)
    await bus.start()
    try:
        position = (await bus.committed("desk", ["news"]))[NEWS]
        return len(await read_all(bus, NEWS)), len(await read_all(bus, SUMS)), position
    finally:
        await bus.close()


async def test_a_copy_taken_while_a_service_publishes_is_of_one_moment(
    log: SqliteBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "STEP_PAGES", 1)
    await publish(log, 300, size=2000)
    seen: list[int] = []
    done = threading.Event()

    def slowly(at: int, _total: int) -> None:
        seen.append(at)
        time.sleep(0.002)

    def copy() -> None:
        backup.back_up(tmp_path / "log.db", tmp_path / "copy.db", slowly)
        done.set()

    thread = threading.Thread(target=copy)
    thread.start()
    while not done.is_set():
        await publish(log, 1, size=2000)
    thread.join()
    news, sums, position = await told(tmp_path / "copy.db")
    assert len(seen) > 20, "the copy was too fast to be disturbed"
    assert seen == sorted(seen), "a publish made the copy begin anew"
    assert 300 <= news == sums == position < await log.end(NEWS)


async def test_a_publish_does_not_wait_for_the_copy(log: SqliteBus, tmp_path: Path) -> None:
    await publish(log, 1)
    entered, leave = threading.Event(), threading.Event()

    def stand_still(_done: int, _total: int) -> None:
        entered.set()
        assert leave.wait(20)

    thread = threading.Thread(
        target=backup.back_up, args=(tmp_path / "log.db", tmp_path / "copy.db", stand_still)
    )
    thread.start()
    try:
        assert entered.wait(20)
        began = time.monotonic()
        await publish(log, 50)
        assert time.monotonic() - began < 5
    finally:
        leave.set()
        thread.join()
    assert await told(tmp_path / "copy.db") == (1, 1, 1)


async def test_restored_elsewhere_it_holds_what_was_copied_and_takes_more(
    log: SqliteBus, tmp_path: Path
) -> None:
    await publish(log, 20)
    ends = backup.back_up(tmp_path / "log.db", tmp_path / "copy.db", silent)
    assert backup.restore(tmp_path / "copy.db", tmp_path / "new.db") == ends == {NEWS: 20, SUMS: 20}
    again = SqliteBus(tmp_path / "new.db")
    await again.start()
    assert await read_all(again, NEWS) == await read_all(log, NEWS)
    await publish(again, 5)
    await again.close()
    assert await told(tmp_path / "new.db") == (25, 25, 25)
    assert beginning(tmp_path, "copy") == ["copy.db", "copy.db.sha256"]
    assert beginning(tmp_path, "new") == ["new.db"]


async def test_the_checksum_is_in_the_form_of_sha256sum(log: SqliteBus, tmp_path: Path) -> None:
    await publish(log, 3)
    backup.back_up(tmp_path / "log.db", tmp_path / "copy.db", silent)
    digest = hashlib.sha256((tmp_path / "copy.db").read_bytes()).hexdigest()
    assert (tmp_path / "copy.db.sha256").read_text() == f"{digest}  copy.db\n"


async def test_nothing_is_overwritten(log: SqliteBus, tmp_path: Path) -> None:
    await publish(log, 3)
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    with pytest.raises(backup.TargetExists, match="nothing is overwritten"):
        backup.back_up(tmp_path / "log.db", taken, silent)
    backup.back_up(tmp_path / "log.db", tmp_path / "copy.db", silent)
    with pytest.raises(backup.TargetExists, match="nothing is overwritten"):
        backup.restore(tmp_path / "copy.db", taken)
    (tmp_path / "new.db-wal").write_text("of another log")
    with pytest.raises(backup.TargetExists, match=r"new\.db-wal"):
        backup.restore(tmp_path / "copy.db", tmp_path / "new.db")
    assert taken.read_text() == "mine"
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("harm", ["flipped", "short", "no checksum", "another file", "another format"])
async def test_what_is_not_a_whole_backup_is_not_put_in_place(
    harm: str, log: SqliteBus, tmp_path: Path
) -> None:
    await publish(log, 30)
    copy = tmp_path / "copy.db"
    backup.back_up(tmp_path / "log.db", copy, silent)
    content = bytearray(copy.read_bytes())
    if harm == "flipped":
        content[len(content) // 2] ^= 1
    if harm == "short":
        del content[-8192:]
    if harm == "another file":
        content = bytearray(b"not a log")
    copy.write_bytes(content)
    if harm == "another format":
        with sqlite3.connect(copy) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
    if harm in {"another file", "another format"}:
        digest = hashlib.sha256(copy.read_bytes()).hexdigest()
        backup.digest_path(copy).write_text(f"{digest}  copy.db\n")
    if harm == "no checksum":
        backup.digest_path(copy).unlink()
    with pytest.raises(Fatal):
        backup.restore(copy, tmp_path / "new.db")
    assert beginning(tmp_path, "new") == []


async def test_a_copy_that_fails_leaves_nothing_behind(log: SqliteBus, tmp_path: Path) -> None:
    await publish(log, 3)

    def fail(_done: int, _total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BusError, match="No space left on device"):
        backup.back_up(tmp_path / "log.db", tmp_path / "copy.db", fail)
    assert beginning(tmp_path, "copy") == []


async def test_what_a_killed_copy_left_is_in_nobodys_way(log: SqliteBus, tmp_path: Path) -> None:
    await publish(log, 3)
    (tmp_path / "copy.db.part").write_text("half a copy")
    backup.back_up(tmp_path / "log.db", tmp_path / "copy.db", silent)
    assert await told(tmp_path / "copy.db") == (3, 3, 3)
    assert "copy.db.part" not in beginning(tmp_path, "copy")


async def test_a_file_system_without_hard_links_will_do(
    log: SqliteBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    await publish(log, 3)
    monkeypatch.setattr("os.link", refuse)
    backup.back_up(tmp_path / "log.db", tmp_path / "copy.db", silent)
    assert await told(tmp_path / "copy.db") == (3, 3, 3)
