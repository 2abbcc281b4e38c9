"""A replay that is killed again and again leaves what an undisturbed one leaves, byte for byte.

Run as a program, this file loads Newsfold once and then forks replays, each a process of its own, and kills
them with SIGKILL at random moments until one gets through; a forked process starts at work at once, so the
kills hit the work and not the loading. It tells how many were killed.
"""

import asyncio
import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.console.replay import request
from services.console.replay import stages as replaying
from services.console.replay.settings import RUN
from services.console.scan import scan
from services.ingest.recordings import archive
from services.stream.bus import Record
from services.stream.sqlite import SqliteBus
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import newsfold
from tests.end_to_end.output import digests

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "tests" / "recordings" / "demo.warc.gz"
KILLS = 22
EXACTLY = ("relations", "clusters", "stories", "story-changes", "events", "storylines")
"""Topics that hold the same records at the same offsets. The others also hold watermarks, positions and
clocks, of which there are more the more often it was begun."""
BUILDER = "services.kernels.build"
SMALL = 40
"""Items a batch: many acts to be killed between, and other batches than the undisturbed run has."""


def kill_until_done(command: list[str], seed: int, longest_s: float, kills: int, in_two: bool) -> None:
    """Kill `kills` times; then let it run to its end. Prints how many of the killed were at work."""
    if in_two:
        request.LONG_BYTES = archive.FEW = 0
    smaller = replace(RUN, batch_records=SMALL, feeder_items=SMALL, fetch_records=2 * SMALL)
    vars(replaying)["RUN"] = smaller
    chance, killed = random.Random(seed), 0
    while True:
        child = os.fork()
        if child == 0:
            ran = newsfold(*command)
            print(ran.err, file=sys.stderr)
            os._exit(ran.code)
        if killed < kills:
            time.sleep(chance.uniform(0.01, longest_s))
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            print(killed)
            sys.exit(os.waitstatus_to_exitcode(status))
        killed += 1


def killed(
    place: Path, source: Path, *options: str, seed: int, longest_s: float, kills: int, in_two: bool = False
) -> int:
    """How often a replay of `source` into `place` was killed before it was through."""
    place.mkdir()
    command = ["replay", str(source), "--out", str(place / "out"), "--bus", f"sqlite:{place / 'log.db'}"]
    command += options
    how = (str(seed), str(longest_s), str(kills), "in-two" if in_two else "in-one")
    program = [sys.executable, "-m", "tests.faults.test_replay_killed", *how]
    environment = os.environ | {"TMPDIR": str(place), "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [*program, *command],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
    return int(done.stdout)


def at_work_in(place: Path) -> list[str]:
    """Processes whose working directory is `place`, but for the builder of kernels, which ends by itself."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended, or is not ours
            if (process / "cwd").readlink() == place:
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return [command for command in found if BUILDER not in command]


def assert_nothing_works_in(place: Path) -> None:
    deadline = time.monotonic() + 5
    while at_work_in(place) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert at_work_in(place) == []


async def records(log: Path, topic: str) -> list[Record]:
    bus = SqliteBus(log)
    await bus.start()
    try:
        return [record async for record in scan(bus, topic)]
    finally:
        await bus.close()


def remembered(log: Path) -> dict[tuple[int, bytes | None], bytes]:
    """What compaction would keep of dedup's state, but for how many records it took to get there."""
    found = asyncio.run(records(log, "dedup-state"))
    kept = {(record.partition.number, record.key): record.value for record in found}
    return {key: value for key, value in kept.items() if value is not None and key[1] != b"clock"}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An archive, and where it was replayed undisturbed."""
    place = tmp_path_factory.mktemp("calm")
    source = write_archive(place / "week.jsonl", 900)
    ran = newsfold("replay", source, "--out", place / "out", "--bus", f"sqlite:{place / 'log.db'}")
    assert ran.code == 0
    return source, place


@pytest.mark.parametrize(
    ("in_two", "longest_s"), [pytest.param(False, 0.3, marks=pytest.mark.proof), (True, 1.5)]
)
def test_killed_at_any_moment_a_replay_goes_on_to_the_same_bytes(
    week: tuple[Path, Path], tmp_path: Path, in_two: bool, longest_s: float
) -> None:
    source, calm = week
    kills = 0
    for attempt in itertools.count():  # a fast machine is through before the last kill: then once more
        place = tmp_path / str(attempt)
        kills += killed(
            place, source, seed=attempt, longest_s=longest_s, kills=6 if in_two else KILLS, in_two=in_two
        )
        assert digests(place / "out") == digests(calm / "out")
        for topic in EXACTLY:
            assert asyncio.run(records(place / "log.db", topic)) == asyncio.run(
                records(calm / "log.db", topic)
            ), topic
        assert remembered(place / "log.db") == remembered(calm / "log.db")
        if kills >= (6 if in_two else KILLS):
            break
    assert_nothing_works_in(tmp_path / "0")


def test_a_killed_replay_of_a_recording_leaves_no_parsers_behind(tmp_path: Path) -> None:
    assert newsfold("replay", DEMO, "--out", tmp_path / "calm").code == 0
    place = tmp_path / "killed"
    assert killed(place, DEMO, "--workers", "3", seed=3, longest_s=2.0, kills=2) > 0
    assert digests(place / "out") == digests(tmp_path / "calm")
    assert_nothing_works_in(place)
    assert [path.name for path in place.iterdir() if path.suffix == ".partial"] == []


if __name__ == "__main__":
    seed, longest_s, kills, how, *command = sys.argv[1:]
    kill_until_done(command, int(seed), float(longest_s), int(kills), how == "in-two")
