"""How long a standby takes to work on what another process had."""

import asyncio
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench import images, restore
from bench.speed.river import River, base
from bench.speed.row import Asked, Row

VERSIONS = 100_000


def rows(asked: Asked) -> Iterator[Row]:
    count = max(500, asked.articles // 4)
    articles = list(islice(River(base(asked).articles).articles(asked.live), count))
    with tempfile.TemporaryDirectory(prefix="newsfold-speed-") as folder:
        found = asyncio.run(restore.measure(Path(folder), restore.of_dedup(articles)))
        drawn = images.measure(VERSIONS, Path(folder) / "images")
    lines = [
        (f"{one.bus}, {one.way}, {count:,} articles", one.seconds, count)
        for each in found
        for one in each.starts
    ]
    lines.append((f"an image alone, {VERSIONS:,} versions with keys drawn at random", drawn.load_s, VERSIONS))
    yield Row(
        key="restore",
        title="Restore",
        how="By the clock, from owning the shard to its first step; for a million by what one takes, what is "
        "done once included. The last image was written beside the work "
        f"in {drawn.written.seconds:.1f} s, for which it stood still for {1000 * drawn.pause_s:.0f} ms.",
        head=("", "s", "s for a million articles"),
        lines=tuple((name, round(seconds, 2), round(1e6 * seconds / of)) for name, seconds, of in lines),
    )
