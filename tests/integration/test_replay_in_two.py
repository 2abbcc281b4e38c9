"""A replay whose work is shared among processes leaves what one process leaves, or says what ended it."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.console.replay import beside, request
from services.ingest.readings import BadReading, SightingReading
from services.ingest.recordings import archive
from services.ingest.recordings.archive_process import ArchiveProcess
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import Ran, newsfold
from tests.end_to_end.output import digests

COUNT = 500


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """An archive with a line that cannot be used, and what one process makes of it."""
    place = tmp_path_factory.mktemp("one")
    source = write_archive(place / "week.jsonl", COUNT)
    source.write_bytes(b"not json\n" + source.read_bytes())
    assert newsfold("replay", source, "--out", place / "out").code == 0
    return source, digests(place / "out")


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short an input is, it is shared among processes."""
    monkeypatch.setattr(request, "LONG_BYTES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(archive, "FEW", 0)


def replayed(week: tuple[Path, dict[str, str]], place: Path, *options: str) -> Ran:
    ran = newsfold("replay", week[0], "--out", place / "out", *options)
    assert ran.code == 0, ran.err
    assert digests(place / "out") == week[1]
    return ran


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("workers", ["1", "3"])
def test_several_processes_leave_the_bytes_of_one(
    week: tuple[Path, dict[str, str]], tmp_path: Path, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    start = beside.Downstream.start

    async def counted(self: beside.Downstream) -> None:
        started.append("downstream")
        await start(self)

    monkeypatch.setattr(beside.Downstream, "start", counted)
    ran = replayed(week, tmp_path, "--workers", workers)
    assert started == ["downstream"]
    assert f"{COUNT + 1} " in ran.out  # the summary counts what the other process has gathered


@pytest.mark.usefixtures("shared")
def test_a_log_that_was_replayed_in_two_processes_can_be_replayed_again(
    week: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    replayed(week, tmp_path / "first", "--bus", bus)
    replayed(week, tmp_path / "second", "--bus", bus)


@pytest.mark.usefixtures("shared")
def test_an_archive_whose_reader_dies_is_read_to_its_end(
    week: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = ArchiveProcess.batch

    def dying(self: ArchiveProcess) -> list[SightingReading | BadReading]:
        found = batch(self)
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        return found

    monkeypatch.setattr(ArchiveProcess, "batch", dying)
    assert "reading it here" in replayed(week, tmp_path).err


@pytest.mark.usefixtures("shared")
def test_a_second_process_that_dies_ends_the_replay_with_one_line(
    week: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = beside.Downstream.start

    async def killed(self: beside.Downstream) -> None:
        await start(self)
        assert self._process
        self._process.kill()

    monkeypatch.setattr(beside.Downstream, "start", killed)
    ran = newsfold("replay", week[0], "--out", tmp_path / "out")
    assert ran.code == 1
    assert ran.told == [
        "newsfold: the process that tells the stories ended with -9; run the same command again"
    ]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("when", ["at work", "at the end"])
def test_a_replay_in_two_processes_can_be_interrupted_and_goes_on(
    week: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    bus = f"sqlite:{tmp_path / 'log.db'}"
    start, finish = beside.Downstream.start, beside.Downstream.finish

    async def interrupted(self: beside.Downstream) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await start(self)

    async def interrupted_late(self: beside.Downstream, stop: asyncio.Event) -> beside.Finished | None:
        stop.set()
        return await finish(self, stop)

    with monkeypatch.context() as patched:
        if when == "at work":
            patched.setattr(beside.Downstream, "start", interrupted)
        else:
            patched.setattr(beside.Downstream, "finish", interrupted_late)
        ran = newsfold("replay", week[0], "--out", tmp_path / "out", "--bus", bus)
    assert ran.code == 130
    assert "the same command goes on from here" in ran.err
    replayed(week, tmp_path, "--bus", bus)


@pytest.mark.usefixtures("shared")
def test_files_that_cannot_be_written_are_told_as_by_one_process(
    week: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "out" / ".articles.jsonl.partial").mkdir(parents=True)
    ran = newsfold("replay", week[0], "--out", tmp_path / "out")
    assert ran.code == 1
    assert ran.told == [
        f"newsfold: --out {tmp_path / 'out'}: Is a directory; make room and run the same command again"
    ]


def test_the_reader_of_an_archive_ends_with_the_process_that_asked(
    week: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*arguments: Any, **more: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **more))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    with ArchiveProcess(week[0], 0, COUNT + 1) as process:
        assert process.batch()
    assert [one.poll() for one in started] == [-signal.SIGKILL]


def test_an_archive_reader_whose_pipe_breaks_ends_in_silence(week: tuple[Path, dict[str, str]]) -> None:
    with ArchiveProcess(week[0], 0, COUNT + 1) as process:
        assert process._process
        assert process._process.stdout
        process._process.stdout.close()
        assert process._process.wait(30) == 0
