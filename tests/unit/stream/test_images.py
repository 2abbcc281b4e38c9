"""A state kept as it lies in memory: gone by where it is whole and of this log, and never otherwise."""

import asyncio
import hashlib
import json
import logging
import os
import time
from collections import UserDict
from collections.abc import Callable, ItemsView
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.stream.bus import Fatal, Output, Partition, Record
from services.stream.clock import SystemClock
from services.stream.image import Image, image_path, load_image, write_image
from services.stream.imager import Imager
from services.stream.runner import Runner
from services.stream.service import OpenFile, Parts, Task, buffer
from services.stream.settings import RunSettings
from services.stream.snapshot import Lineage, SnapshotFolder
from services.stream.spool import Spool
from services.stream.sqlite import SqliteBus
from tests.unit.stream.toys import (
    FAST,
    STATE,
    CountService,
    CountTask,
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
PARTITION = Partition(STATE, 0)


class KeptTask(CountTask):
    """Keeps its counts in a spool as well, each of them in a file."""

    def __init__(self, number: int, folder: Path) -> None:
        super().__init__(number)
        self.spool = Spool(folder, buffer_bytes=1)
        self.gate_s = 0.0

    def save(self) -> Parts:
        time.sleep(self.gate_s)
        for place, count in enumerate(self.counts.values()):
            self.spool.put(place, b"%d" % count)
        keys = json.dumps([key.decode() for key in self.counts]).encode()
        return {"keys": keys, "nothing": b""} | {
            f"spool.{name}": part for name, part in self.spool.save().items()
        }

    def load(self, parts: Parts) -> None:
        keys = parts["keys"]
        assert isinstance(keys, memoryview)
        self.spool.load({name.removeprefix("spool."): part for name, part in parts.items() if "." in name})
        for place, key in enumerate(json.loads(bytes(keys))):
            self.counts[key.encode()] = int(self.spool.get(place))


class KeepingService(CountService):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def task(self, number: int) -> Task:
        return KeptTask(number, self._folder)


def place(folder: Path) -> SnapshotFolder:
    return SnapshotFolder(folder=folder / "state", scheme="toys/1", layout="1")


def image(folder: Path) -> Path:
    return image_path(place(folder), PARTITION)


async def log_at(path: Path) -> SqliteBus:
    bus = SqliteBus(path)
    await bus.start()
    await topics(bus)
    return bus


async def counted(bus: SqliteBus, folder: Path, total: int, settings: RunSettings = FAST) -> Notes:
    """Run until `total` records are counted, then stop well."""
    notes = Notes()
    runner = Runner(
        KeepingService(folder / "spool"),
        bus,
        settings=replace(settings, snapshots=place(folder)),
        observer=notes,
    )
    async with running(runner):
        await until(lambda: has_told(bus, total))
        await until(lambda: bool(notes.restores))
    return notes


async def test_a_good_end_leaves_an_image_that_the_next_start_goes_by(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, tmp_path, 5)
    await put(bus, ["anew"])
    notes = await counted(bus, tmp_path, 6)
    assert await found(bus) == expected([*VALUES, "anew"])
    await bus.close()
    ((_, restored),) = notes.restores
    assert (restored.image, restored.count, restored.ignored) == (True, 0, "")
    assert not list(image(tmp_path).parent.glob("*.snapshot"))


async def test_an_image_of_an_older_offset_is_completed_from_the_log(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, tmp_path, 5)
    older = {path: path.read_bytes() for path in image(tmp_path).parent.rglob("*") if path.is_file()}
    await put(bus, ["anew", "date"])
    await counted(bus, tmp_path, 7)
    for path, content in older.items():
        path.write_bytes(content)
    await put(bus, ["again"])
    notes = await counted(bus, tmp_path, 8)
    assert await found(bus) == expected([*VALUES, "anew", "date", "again"])
    await bus.close()
    assert (notes.restores[0][1].image, notes.restores[0][1].count) == (True, 2)


def torn(folder: Path) -> None:
    image(folder).write_bytes(image(folder).read_bytes()[:-40])


def emptied(folder: Path) -> None:
    image(folder).write_bytes(b"")


def altered(folder: Path) -> None:
    content = image(folder).read_bytes()
    image(folder).write_bytes(content.replace(b"[", b"(", 1))


def without_a_file(folder: Path) -> None:
    next(image(folder).with_suffix(".parts").iterdir()).unlink()


def with_a_shorter_file(folder: Path) -> None:
    next(image(folder).with_suffix(".parts").iterdir()).write_bytes(b"")


def of_another_number(folder: Path) -> None:
    image(folder).write_bytes(image(folder).read_bytes().replace(b'"number":0', b'"number":7'))


def of_an_act_that_was_aborted(folder: Path) -> None:
    content = image(folder).read_bytes()
    at = content.index(b'"next_offset":')
    image(folder).write_bytes(content[:at] + content[at:].replace(b'"next_offset":5', b'"next_offset":9'))


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (torn, "cannot be read|footer|checksum"),
        (emptied, "cannot be read"),
        (altered, "checksum"),
        (without_a_file, "lacks"),
        (with_a_shorter_file, "says more"),
        (of_another_number, "is of state/7"),
        (of_an_act_that_was_aborted, "beyond the log's end"),
    ],
)
async def test_what_is_not_whole_and_of_this_state_is_refused_aloud_and_the_log_is_read(
    harm: Callable[[Path], None], why: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, tmp_path, 5)
    harm(tmp_path)
    await put(bus, ["anew"])
    with caplog.at_level(logging.WARNING):
        notes = await counted(bus, tmp_path, 6)
    assert await found(bus) == expected([*VALUES, "anew"])
    again = await counted(bus, tmp_path, 6)
    await bus.close()
    ((_, restored),) = notes.restores
    assert restored.refused
    assert (restored.image, restored.count) == (False, 5)
    assert any(word in caplog.text for word in why.split("|"))
    assert again.restores[0][1].image


async def test_an_image_of_a_log_that_was_begun_anew_is_refused(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, tmp_path, 5)
    await bus.close()
    other = await log_at(tmp_path / "other.db")
    await put(other, ["zinnia", "yarrow", "violet", "thyme", "sage", "rue"])
    await counted(other, tmp_path / "elsewhere", 6)
    await put(other, ["quince"])
    notes = await counted(other, tmp_path, 7)
    assert await found(other) == expected(["zinnia", "yarrow", "violet", "thyme", "sage", "rue", "quince"])
    await other.close()
    assert "is of another log" in notes.restores[0][1].ignored


async def test_an_image_outlives_the_compaction_of_its_log(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    await counted(bus, tmp_path, 5)
    await bus.compact(STATE)
    notes = await counted(bus, tmp_path, 5)
    await bus.close()
    assert notes.restores[0][1].image


async def imager_of(bus: SqliteBus, folder: Path, *published: Output) -> Imager:
    writer = await bus.writer("w", [STATE], 0)
    await writer.publish(published, consumed={})
    made = Imager(bus, PARTITION, place(folder).of_images(), SystemClock())
    made.note(published)
    return made


def state(key: str, count: int) -> Output:
    return Output(PARTITION, key.encode(), b"%d" % count, (), 1_000)


def task_with(folder: Path, *outputs: Output) -> KeptTask:
    task = KeptTask(0, folder / "spool")
    for output in outputs:
        task.restore(Record(PARTITION, 0, output.key, output.value, (), 0))
    return task


async def test_a_writer_that_is_killed_or_fails_leaves_the_older_image(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await log_at(tmp_path / "log.db")
    imager = await imager_of(bus, tmp_path, state("a", 1))
    await imager.begin(task_with(tmp_path, state("a", 1)))
    written = await imager.wait()
    assert written is not None
    before = image(tmp_path).read_bytes()
    assert written.bytes == len(before)

    for broken in ("killed", "failing"):
        imager = await imager_of(bus, tmp_path, state("a", 2))
        task = task_with(tmp_path, state("a", 2))
        task.gate_s = 60.0 if broken == "killed" else -1.0
        began = time.monotonic()
        await imager.begin(task)
        assert time.monotonic() - began < 30, "the task waits for no image"
        if broken == "killed":
            imager.kill()
        assert await imager.wait() is None
        assert image(tmp_path).read_bytes() == before
    await bus.close()
    assert "sleep length must be non-negative" in caplog.text


async def test_who_is_no_longer_the_owner_keeps_no_image(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await log_at(tmp_path / "log.db")
    older = await imager_of(bus, tmp_path, state("a", 1))
    await imager_of(bus, tmp_path, state("a", 2))
    await older.begin(task_with(tmp_path, state("a", 1)))
    assert await older.wait() is None
    await bus.close()
    assert not image(tmp_path).exists()
    assert "its end is not what was published" in caplog.text


def test_a_file_of_an_image_that_reads_differently_ends_the_lane_and_is_believed_no_more(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool", buffer_bytes=1)
    spool.put(3, b"a value")
    parts = dict(spool.save())
    file = parts["file.0"]
    assert isinstance(file, OpenFile)
    path = tmp_path / file.name
    path.write_bytes(b"a harm!")
    parts["file.0"] = OpenFile(file.name, os.open(path, os.O_RDONLY), file.size, str(path))
    loaded = Spool(tmp_path / "spool")
    loaded.load(parts)
    with pytest.raises(Fatal, match="reads differently"):
        loaded.get(3)
    assert not path.exists()


def test_a_child_that_outlives_its_owner_writes_into_no_image_of_its_heir(tmp_path: Path) -> None:
    lineage = Lineage(
        scheme=place(tmp_path).scheme,
        topic=STATE,
        number=0,
        next_offset=0,
        written_at=SystemClock().now(),
        anchors=(),
    )

    def write(parts: Parts) -> None:
        write_image(image(tmp_path), lineage, parts, hashlib.sha256(), lambda: None)

    class Interrupted(UserDict[str, bytes]):
        def items(self) -> ItemsView[str, bytes]:
            write({"state": b"the heir's" * 1000})
            return super().items()

    with pytest.raises(FileNotFoundError):
        write(Interrupted(state=b"older"))
    found = load_image(place(tmp_path), PARTITION, end=0, now=SystemClock().now())
    assert isinstance(found, Image)
    assert bytes(buffer(found.parts["state"])) == b"the heir's" * 1000
    assert not list(image(tmp_path).parent.glob("*.part"))


@pytest.mark.parametrize("buffer_bytes", [1, 10, 1000])
def test_a_spool_goes_on_where_its_files_and_what_was_not_written_end(
    tmp_path: Path, buffer_bytes: int
) -> None:
    spool = Spool(tmp_path, buffer_bytes=buffer_bytes, segment_bytes=16)
    held = {number: b"%d" % number * 5 for number in range(20)}
    for number, value in held.items():
        spool.put(number, value)
    for number in (3, 4, 19):
        spool.drop(number)
        del held[number]
    parts = {
        name: part._replace(fd=os.dup(part.fd)) if isinstance(part, OpenFile) else bytes(part)
        for name, part in spool.save().items()
    }
    loaded = Spool(tmp_path, buffer_bytes=buffer_bytes, segment_bytes=16)
    loaded.load(parts)
    for number in range(10, 30):
        loaded.put(number, b"new")
        held[number] = b"new"
    assert {number: loaded.get(number) for number in held} == held


async def test_an_image_is_kept_while_the_work_goes_on(tmp_path: Path) -> None:
    bus = await log_at(tmp_path / "log.db")
    await put(bus, VALUES)
    notes = Notes()
    settings = replace(FAST, snapshots=place(tmp_path), snapshot_every_s=0.1)
    runner = Runner(KeepingService(tmp_path / "spool"), bus, settings=settings, observer=notes)
    async with running(runner):
        await until(lambda: asyncio.sleep(0, len(notes.images) > 0))
        await put(bus, ["anew"])
        await until(lambda: has_told(bus, 6))
        await until(lambda: asyncio.sleep(0, len(notes.images) > 1))
    await bus.close()
    assert all(written.pause_s < 5 for written in notes.images)
