"""A disk that fills up under the embedded log: a clear end, and nothing acknowledged is lost.

Run as a program, this file publishes until it fails, telling what was acknowledged. Run as a test, it
bounds that program's file sizes, so that a write fails in the middle as on a full disk or a quota.
"""

import asyncio
import contextlib
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from services.stream.bus import Fatal, Output, Partition, TopicSpec
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.sqlite import SqliteBus
from tests.unit.stream import toys

TOPIC = TopicSpec(name="t", partitions=1)
T0 = Partition("t", 0)


def batch(first: int) -> list[Output]:
    return [Output(T0, b"%d" % i, b"%d" % i * 200, (), 1_000) for i in range(first, first + 20)]


async def publish_until_full(path: Path, most_bytes: int) -> None:
    bus = SqliteBus(path)
    await bus.start()
    await bus.create([TOPIC])
    writer = await bus.writer("g", ["t"], 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    first = (await writer.committed()).get(T0, 0)
    try:
        while True:
            await writer.publish(batch(first), consumed={T0: first + 20})
            first += 20
            print(first, flush=True)
    except Fatal as error:
        print(error, flush=True)
    finally:
        with contextlib.suppress(Fatal):
            await bus.close()


def run(path: Path, most_bytes: int) -> tuple[int, str]:
    """What was acknowledged, and how it ended."""
    command = [sys.executable, "-m", "tests.faults.test_sqlite_disk", str(path), str(most_bytes)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    *acknowledged, message = done.stdout.splitlines()
    return int(acknowledged[-1]) if acknowledged else 0, message


async def test_a_write_that_fails_ends_clearly_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    seen = 0
    for most_bytes in (300_000, 900_000, 2_000_000):
        acknowledged, message = await asyncio.to_thread(run, path, most_bytes)
        assert message.startswith(f"log {path}: reading or writing failed; look at the disk's space")
        assert acknowledged > seen
        bus = SqliteBus(path)
        await bus.start()
        records = await bus.read(T0, 0, max_records=10**6)
        assert [record.value for record in records] == [output.value for output in batches(len(records))]
        # The attempt that failed is there whole or not at all, and its offset with it.
        assert len(records) in (acknowledged, acknowledged + 20)
        assert await bus.committed("g", ["t"]) == {T0: len(records)}
        seen = len(records)
        await bus.close()


def batches(count: int) -> list[Output]:
    return [output for first in range(0, count, 20) for output in batch(first)]


async def test_the_run_loop_stops_with_a_message_and_goes_on_once_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    words = [f"a{i:04}{'x' * 500}" for i in range(400)]
    bus = SqliteBus(path)
    await bus.start()
    await toys.topics(bus)
    await toys.put(bus, words)

    def fill(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 20}")

    await bus._write.call(fill)
    with pytest.raises(Fatal, match=r"count/0 .* source/0 offsets .*log\.db: the disk is full; make room"):
        await _finish(bus)
    await bus.close()

    bus = SqliteBus(path)
    await bus.start()
    before = await toys.found(bus)
    assert 0 < len(before) < 400
    await _finish(bus)
    assert await toys.found(bus) == toys.expected(words)
    await bus.close()


async def _finish(bus: SqliteBus) -> None:
    async with RunnerGroup([Runner(toys.CountService(), bus, settings=toys.FAST)]) as running:
        await running.wait_until_settled()


if __name__ == "__main__":
    asyncio.run(publish_until_full(Path(sys.argv[1]), int(sys.argv[2])))
