"""Snapshots of a running service: written on time and at a good end, and believed only for good reasons."""

import asyncio
import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.stream.bus import Bus, Output, Partition
from services.stream.changelog import save
from services.stream.runner import Runner
from services.stream.settings import RunSettings
from services.stream.snapshot import SnapshotFolder
from services.stream.sqlite import SqliteBus
from tests.unit.stream.toys import (
    FAST,
    STATE,
    CountService,
    Notes,
    expected,
    found,
    has_told,
    put,
    running,
    topics,
    until,
)

VALUES = ["apple", "anise", "beet", "clove", "beech"]


def place(folder: Path) -> SnapshotFolder:
    return SnapshotFolder(folder=folder / "state", scheme="toys/1")


def settings(folder: Path, **changes: object) -> RunSettings:
    return replace(FAST, snapshots=place(folder), **changes)


async def counted(bus: Bus, wanted: RunSettings, total: int) -> Notes:
    """Run until `total` records are counted, then stop well."""
    notes = Notes()
    runner = Runner(CountService(), bus, settings=wanted, observer=notes)
    async with running(runner):
        await until(lambda: has_told(bus, total))
        await until(lambda: bool(notes.restores))
    return notes


async def log_at(path: Path) -> SqliteBus:
    bus = SqliteBus(path)
    await bus.start()
    await topics(bus)
    return bus


async def test_a_good_end_leaves_a_snapshot_that_the_next_start_goes_by(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, settings(tmp_path), 5)
    await bus.close()
    bus = await log_at(tmp_path / "log.db")
    notes = await counted(bus, settings(tmp_path), 5)
    await put(bus, ["anew"])
    await counted(bus, settings(tmp_path), 6)
    assert await found(bus) == expected([*VALUES, "anew"])
    await bus.close()
    ((_, restored),) = notes.restores
    assert (restored.from_snapshot, restored.count, restored.ignored) == (3, 3, "")


async def test_a_snapshot_of_an_older_offset_is_completed_from_the_log(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, settings(tmp_path), 5)
    older = place(tmp_path).path(Partition(STATE, 0)).read_bytes()
    await put(bus, ["anew", "date"])
    await counted(bus, settings(tmp_path), 7)
    place(tmp_path).path(Partition(STATE, 0)).write_bytes(older)
    notes = await counted(bus, settings(tmp_path), 7)
    await put(bus, ["again"])
    await counted(bus, settings(tmp_path), 8)
    assert await found(bus) == expected([*VALUES, "anew", "date", "again"])
    await bus.close()
    ((_, restored),) = notes.restores
    assert (restored.from_snapshot, restored.count) == (3, 5)


async def test_a_damaged_snapshot_is_refused_aloud_and_the_log_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, settings(tmp_path), 5)
    file = place(tmp_path).path(Partition(STATE, 0))
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    with caplog.at_level(logging.WARNING):
        notes = await counted(bus, settings(tmp_path), 5)
    await put(bus, ["anew"])
    await counted(bus, settings(tmp_path), 6)
    assert await found(bus) == expected([*VALUES, "anew"])
    await bus.close()
    assert notes.restores[0][1].refused
    assert "does not match its checksum" in caplog.text


async def test_a_snapshot_of_a_log_that_was_begun_anew_is_refused(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, settings(tmp_path), 5)
    await bus.close()
    other = await log_at(tmp_path / "other.db")
    await put(other, ["zinnia", "yarrow", "violet", "thyme", "sage"])
    writer = await other.writer("press", [STATE], 0)
    key = Partition(STATE, 0)
    await writer.publish([Output(key, b"%d" % n, b"1", (), 1_000) for n in range(9)], consumed={})
    notes = await counted(other, settings(tmp_path), 5)
    await other.close()
    assert "is of another log" in notes.restores[0][1].ignored
    assert notes.restores[0][1].from_snapshot == 0


async def test_a_snapshot_outlives_the_compaction_of_its_log(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await save_after(bus, tmp_path)
    await put(bus, ["anew"])
    await counted(bus, FAST, 6)
    await bus.compact(STATE)
    notes = await counted(bus, settings(tmp_path), 6)
    await bus.close()
    assert notes.restores[0][1].ignored == ""


async def save_after(bus: SqliteBus, folder: Path) -> None:
    await counted(bus, FAST, 5)
    await save(bus, Partition(STATE, 0), place(folder))


async def test_snapshots_are_written_while_it_runs_but_only_where_something_changed(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    file = place(tmp_path).path(Partition(STATE, 0))
    runner = Runner(CountService(), bus, settings=settings(tmp_path, snapshot_every_s=0.05))
    async with running(runner):
        await until(file.exists)
        await until(lambda: has_told(bus, 5))
        await asyncio.sleep(0.2)
        first = file.stat().st_ino
        await asyncio.sleep(0.2)
        assert file.stat().st_ino == first
        await put(bus, ["anew"])
        await until(lambda: file.stat().st_ino != first)
    await bus.close()


async def test_a_folder_that_cannot_be_written_costs_the_snapshot_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file stands here")
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    with caplog.at_level(logging.WARNING):
        await counted(bus, settings(tmp_path), 5)
    await bus.close()
    assert "no new snapshot of state/0" in caplog.text
