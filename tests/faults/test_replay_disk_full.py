"""A disk that fills up under a replay: one clear line, and the same command goes on once there is room.

Run as a program, this file runs `newsfold` with a bound on the size of any file it writes, so that a write
fails in the middle as on a full disk.
"""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from services.cli import main
from services.ops.exits import Exit
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import newsfold
from tests.end_to_end.output import digests

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    code: int
    err: str

    @property
    def complaint(self) -> str:
        """The one line for people; a log may say what else was cut off."""
        (line,) = [line for line in self.err.splitlines() if line.startswith("newsfold: ")]
        assert "Traceback" not in self.err
        return line


def bounded(most_bytes: int, scratch: Path, *arguments: str | Path) -> Ended:
    """`newsfold` with no file larger than `most_bytes`."""
    program = [sys.executable, "-m", "tests.faults.test_replay_disk_full", str(most_bytes)]
    done = subprocess.run(
        [*program, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ended(done.returncode, done.stderr)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_archive(tmp_path_factory.mktemp("input") / "week.jsonl", 250)


@pytest.fixture(scope="module")
def calm(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("calm")
    assert newsfold("replay", archive, "--out", out).code == 0
    return out


@pytest.mark.parametrize("most_bytes", [20_000, 400_000, 1_500_000])
def test_a_full_disk_under_the_log_ends_in_one_line_and_the_same_command_goes_on(
    archive: Path, calm: Path, tmp_path: Path, most_bytes: int
) -> None:
    log, out = tmp_path / "log.db", tmp_path / "out"
    command: list[str | Path] = ["replay", archive, "--bus", f"sqlite:{log}", "--out", out]
    full = bounded(most_bytes, tmp_path, *command)
    assert full.code == Exit.LOG_UNUSABLE
    assert f"log {log}" in full.complaint
    assert "disk" in full.complaint
    assert list(out.iterdir()) == []
    assert newsfold(*command).code == 0
    assert digests(out) == digests(calm)


def test_a_full_disk_under_a_temporary_log_leaves_nothing_behind(archive: Path, tmp_path: Path) -> None:
    full = bounded(400_000, tmp_path, "replay", archive)
    assert full.code == Exit.LOG_UNUSABLE
    assert "disk" in full.complaint
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_under_the_output_ends_in_one_line_and_keeps_what_was_there(
    archive: Path, calm: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    five = ROOT / "tests" / "recordings" / "five" / "five.jsonl"
    assert newsfold("replay", five, "--out", out).code == 0
    before = digests(out)
    full = bounded(100_000, tmp_path, "replay", archive, "--bus", "memory", "--out", out)
    assert full.code == Exit.FAILED
    assert full.complaint.startswith(f"newsfold: --out {out}: ")
    assert digests(out) == before
    assert newsfold("replay", archive, "--bus", "memory", "--out", out).code == 0
    assert digests(out) == digests(calm)


if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    main(sys.argv[2:], prog_name="newsfold")
