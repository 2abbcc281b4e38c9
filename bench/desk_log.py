"""A Desk's file made anew from an embedded log: reading, taking and putting into order.

`python -m bench.desk_log --articles 20000`. `bench.desk` measures the taking alone, of as many as memory of
records that were never written allows.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.desk_press import Press
from services.console.addresses import topic_specs
from services.console.tuning import tuned
from services.desk.log.follow import Follower
from services.desk.store import database
from services.desk.store.batch import Batch
from services.stream.bus import Output, Record
from services.stream.sqlite import SqliteBus

BLOCK = 500
"""Records that are published at once."""


async def write(bus: SqliteBus, records: Iterable[Record]) -> None:
    writer, left = await bus.writer("bench-desk", ["articles"], 0), iter(records)
    while block := list(islice(left, BLOCK)):
        outputs = [Output(one.partition, one.key, one.value, one.headers, one.timestamp_us) for one in block]
        await writer.publish(outputs, consumed={})
    await writer.close()


def _nothing(_: Batch, __: int) -> None:
    """Nobody listens."""


class Seconds(NamedTuple):
    clock: float
    own: float
    """Of CPU of this process."""
    beside: float
    """Of the one that prepares records."""


async def rebuild(folder: Path, articles: int) -> Seconds:
    bus = SqliteBus(folder / "log.db", durable=False)
    await bus.start()
    try:
        await bus.create(topic_specs(forget=False))
        await write(bus, Press().records(articles))
        began, own = time.perf_counter(), time.process_time()
        follower = Follower(bus, database.create_unread(folder / "desk.db"), "full", _nothing)
        await follower.begin()
        await follower.catch_up()
        await asyncio.to_thread(follower.complete)
        follower.close()
        beside = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Seconds(
            time.perf_counter() - began, time.process_time() - own, beside.ru_utime + beside.ru_stime
        )
    finally:
        await bus.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=20_000)
    articles = options.parse_args().articles
    tuned()
    with tempfile.TemporaryDirectory() as folder:
        took = asyncio.run(rebuild(Path(folder), articles))
    clock, own, beside = (f"{1e6 * seconds / articles:.0f} us" for seconds in took)
    print(f"{articles:,} articles in {took.clock:.1f} s: {clock} each; of CPU {own}, and {beside} beside")


if __name__ == "__main__":
    main()
