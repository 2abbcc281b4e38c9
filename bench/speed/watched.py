"""What metrics, served and scraped each second, cost a replay."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import metrics
from bench.speed.row import Asked, Row
from tests.end_to_end.archive import write_archive

MOST = 3_000
PAIRS = 2


def rows(asked: Asked) -> Iterator[Row]:
    count = min(MOST, asked.articles)
    with tempfile.TemporaryDirectory(prefix="newsfold-speed-") as scratch:
        found = metrics.measured(write_archive(Path(scratch) / "news.jsonl", count), count, PAIRS)
    times = found.ratio(lambda run: run.cpu_s)
    yield Row(
        key="metrics",
        title="Cost of metrics",
        how=f"CPU of a replay of {count:,} invented articles, counted, served and scraped each second, over "
        "one that nobody looks at; logs are written in neither.",
        head=("", "× CPU", "series"),
        lines=(("counted, served, scraped", round(times, 3), found.series),),
        ratios={"1 / cost": 1 / times},
    )
