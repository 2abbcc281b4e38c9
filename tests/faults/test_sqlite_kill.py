"""A worker on the embedded log, killed again and again, leaves the records an undisturbed one leaves.

Run as a program, this file is the worker: it counts words with the run loop until told to stop, and
compacts its changelog meanwhile. Run as a test, it kills that program with SIGKILL at random moments.
"""

import asyncio
import contextlib
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from services.stream.bus import Output, Partition, Record
from services.stream.progress import is_drained
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.settings import RunSettings
from services.stream.sqlite import SqliteBus
from tests.unit.stream import toys

KILLS = 22
PARTITIONS = 2
CHUNK = 1500
"""Words added to each partition whenever the worker has run dry before its last kill."""


async def work(path: Path, *, until_done: bool) -> None:
    bus = SqliteBus(path)
    await bus.start()
    settings = RunSettings(batch_records=5, fetch_s=0.05)
    async with RunnerGroup([Runner(toys.CountService(), bus, settings=settings)]) as running:
        print("working", flush=True)
        if until_done:
            assert await running.wait_until_settled()
        while not until_done:
            await bus.compact(toys.STATE)
            await asyncio.sleep(0.01)
    await bus.compact(toys.STATE)
    await bus.close()


def words(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [f"{chance.choice('abcdefgh')}{i:05}{'x' * chance.randrange(200)}" for i in range(count)]


async def add(path: Path, count: int, seed: int) -> None:
    bus = SqliteBus(path, durable=False)
    await bus.start()
    await toys.topics(bus, PARTITIONS)
    for number in range(PARTITIONS):
        await toys.put(bus, words(count, seed + number), number)
    await bus.close()


async def all_done(path: Path) -> bool:
    bus = SqliteBus(path)
    await bus.start()
    done = await is_drained(bus, "newsfold-count", [toys.SOURCE])
    await bus.close()
    return done


async def contents(path: Path, topic: str) -> list[list[Record]]:
    bus = SqliteBus(path)
    await bus.start()
    try:
        return [
            list(await bus.read(Partition(topic, number), 0, max_records=10**6))
            for number in range(PARTITIONS)
        ]
    finally:
        await bus.close()


@contextlib.contextmanager
def worker(path: Path, *how: str) -> Iterator[subprocess.Popen[str]]:
    """Started and at work."""
    command = [sys.executable, "-m", "tests.faults.test_sqlite_kill", str(path), *how]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        yield process


def offsets_and_bytes(records: list[Record]) -> list[tuple[int, Output]]:
    return [(r.offset, Output(r.partition, r.key, r.value, r.headers, r.timestamp_us)) for r in records]


async def test_killed_at_any_moment_the_log_goes_on_with_nothing_lost_or_doubled(tmp_path: Path) -> None:
    killed, calm = tmp_path / "killed.db", tmp_path / "calm.db"
    chance = random.Random(20260301)
    chunks = cut_off = 0
    for _ in range(KILLS):
        if chunks == 0 or await all_done(killed):
            await add(killed, CHUNK, seed=chunks)
            chunks += 1
        with worker(killed) as process:
            await asyncio.sleep(chance.uniform(0, 0.15))
            assert process.poll() is None
            process.send_signal(signal.SIGKILL)
        cut_off += not await all_done(killed)
    assert cut_off > KILLS // 2, "the worker was too fast to be killed at work"
    for path in (killed, calm):
        if path is calm:
            for chunk in range(chunks):
                await add(calm, CHUNK, seed=chunk)
        with worker(path, "until done") as process:
            assert process.wait(timeout=40) == 0

    assert await all_done(killed)
    for survived, undisturbed in zip(
        await contents(killed, toys.SINK), await contents(calm, toys.SINK), strict=True
    ):
        assert len(undisturbed) == CHUNK * chunks
        assert offsets_and_bytes(survived) == offsets_and_bytes(undisturbed)
    for survived, undisturbed in zip(
        await contents(killed, toys.STATE), await contents(calm, toys.STATE), strict=True
    ):
        assert offsets_and_bytes(survived) == offsets_and_bytes(undisturbed)
        assert len(survived) == 8


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), until_done=len(sys.argv) > 2))
