"""How long a standby takes to work on what another process had."""

import asyncio
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench import restore
from bench.speed.river import River, base
from bench.speed.row import Asked, Row


def rows(asked: Asked) -> Iterator[Row]:
    count = max(500, asked.articles // 4)
    articles = list(islice(River(base(asked).articles).articles(asked.live), count))
    with tempfile.TemporaryDirectory(prefix="newsfold-speed-") as folder:
        starts = asyncio.run(restore.measure(Path(folder), articles))
    yield Row(
        key="restore",
        title="Restore",
        how=f"{count:,} articles in the window, by the clock, from owning the shard to its first step.",
        head=("", "s", "s for a million articles"),
        lines=tuple(
            (f"{one.bus}, {one.way}", round(one.seconds, 2), round(1e6 * one.seconds / count))
            for one in starts
        ),
    )
