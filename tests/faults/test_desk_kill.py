"""The Desk and the writer of its log, killed at work: nothing is lost, doubled or told wrongly.

Run as a program, this file is either of them: `read LOG FILE` follows the log into the file, `write LOG`
writes what is not on the log yet, a step for each line that it is told. Both print a line a step.
"""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.console.addresses import topic_specs
from services.desk.log import follow
from services.desk.log.follow import Follower
from services.desk.store import database
from services.desk.store.batch import Batch
from services.stream.bus import Output, Record
from services.stream.sqlite import SqliteBus
from tests.integration.desk.corpus import newsroom
from tests.integration.desk.site import quiet
from tests.integration.desk.test_pages import rows_of

COPIES = 10
STEP = 15
"""Records that are written or read at once."""
STEPS = 100
"""More than there are."""
ID = rb"article-\w|version-\w-\d|[se]\d|[lf]1"


def renamed(record: Record, number: int) -> Output:
    """With ids of its own, so that the newsroom can be there many times."""
    own = rb"\g<1>-%d" % number
    key = record.key and re.sub(rb"^(%s)$" % ID, own, record.key)
    value = record.value and re.sub(rb'(?<=")(%s)(?=")' % ID, own, record.value)
    return Output(record.partition, key, value, record.headers, record.timestamp_us)


async def write(log: Path) -> None:
    """What is on the log already is its beginning: it grows in steps, each whole or not at all."""
    bus = SqliteBus(log, durable=False)
    await bus.start()
    await bus.create(topic_specs(forget=False))
    writer = await bus.writer("test", ["clusters"], 0)
    wanted = [renamed(record, number) for number in range(COPIES) for record in newsroom()]
    ends = [await bus.end(place) for place in {one.partition for one in wanted}]
    for start in range(sum(ends), len(wanted), STEP):
        sys.stdin.readline()
        await writer.publish(wanted[start : start + STEP], consumed={})
        print("step", flush=True)
    await bus.close()


async def read(log: Path, file: Path, *, for_ever: bool = True) -> None:
    bus = SqliteBus(log)
    await bus.start()
    known = database.stamps(file)[0]
    db = database.open_for_writing(file) if known else database.create(file, "full")
    follower = Follower(bus, db, "full", tell if for_ever else quiet)
    await follower.begin()
    await (follower.follow() if for_ever else follower.catch_up())
    follower.close()
    await bus.close()


def tell(_: Batch, __: int) -> None:
    print("step", flush=True)


@contextmanager
def program(*how: object, count: int = 0) -> Iterator[subprocess.Popen[str]]:
    """Told so many steps; killed at the end, if it is not done by then."""
    command = [sys.executable, "-m", "tests.faults.test_desk_kill", *map(str, how)]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        process.stdin.write("go\n" * count)
        process.stdin.flush()
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def steps(process: subprocess.Popen[str], count: int) -> None:
    assert process.stdout is not None
    for _ in range(count):
        assert process.stdout.readline() == "step\n"


async def test_killed_at_work_neither_the_desk_nor_its_writer_loses_or_doubles_anything(
    tmp_path: Path,
) -> None:
    log, file = tmp_path / "log.db", tmp_path / "desk.db"
    with program("write", log, count=6) as writer:  # killed in a step, or just before or behind it
        steps(writer, 5)
        with program("read", log, file) as reader:
            steps(reader, 2)
    with program("read", log, file) as reader:
        steps(reader, 1)
        with program("write", log, count=5) as writer:  # killed while the Desk reads on
            steps(writer, 4)
        with program("write", log, count=STEPS) as writer:
            assert writer.wait(30) == 0
        steps(reader, 3)
    await read(log, file, for_ever=False)
    await read(log, tmp_path / "calm.db", for_ever=False)
    killed, calm = (database.open_for_reading(one) for one in (file, tmp_path / "calm.db"))
    assert rows_of(killed) == rows_of(calm)
    (articles,) = calm.execute("select count(*) from version").fetchone()
    assert articles == 5 * COPIES
    killed.close()
    calm.close()


if __name__ == "__main__":
    follow.MOST = follow.MOST_LARGE = STEP
    act, *paths = sys.argv[1:]
    places = [Path(path) for path in paths]
    asyncio.run(write(*places) if act == "write" else read(*places))
