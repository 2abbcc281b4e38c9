"""An archive folded by one process and by a batch on Spark: the same bytes, and how long each takes.

    python -m bench.refold ARCHIVE --articles 20000 [--master local[2]] [--memory 1g]

Of an archive as many copies are made as the number asks for: most with a vocabulary of their own, so that what
is related in the archive is related in each copy, the others cut versions of the original. Dedup alone: encoded
articles in, encoded records out, no bus.
"""

import argparse
import random
import string
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from bench.archive import read_articles
from bench.shard import BATCH, Shard, by_shard
from services.console.refold.files import FileStore
from services.console.refold.foresight import TABLE, context_in
from services.console.refold.spark import SparkOrder, spark
from services.contracts import ids, wire
from services.contracts.articles import Article, Watermark
from services.dedup import kernels
from services.dedup.batch.flow import foresee
from services.dedup.batch.plan import Plan
from services.dedup.batch.rows import pack_table
from services.dedup.foresight import Foresight
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.stream.bus import Record

OWN_WORDS = 0.7
"""Share of a copy that has a vocabulary of its own."""


class Timing(NamedTuple):
    wall_s: float
    cpu_s: float
    """Of this process."""


def perturbed(articles: list[Article]) -> Iterator[Article]:
    """The articles, then copies of them without end."""
    yield from articles
    number = 0
    while True:
        number += 1
        chance = random.Random(number)
        letters = "".join(chance.sample(string.ascii_lowercase, 26))
        table = str.maketrans(string.ascii_letters, letters + letters.upper())
        for article in articles:
            own = chance.random() < OWN_WORDS
            title = article.title.translate(table) if own else article.title
            text = article.text.translate(table) if own else _cut(article.text, chance)
            yield _at(article, f"{article.url}#{number}", title, text)


def _cut(text: str, chance: random.Random) -> str:
    return ". ".join(part for part in text.split(". ") if chance.random() < 0.9)


def _at(article: Article, url: str, title: str, text: str) -> Article:
    identity = ids.article_id(url)
    return replace(
        article,
        article_id=identity,
        version_id=ids.version_id(identity, title, text),
        url=url.replace("#", "?copy="),
        title=title,
        text=text,
    )


def fold(records: list[Record], foresight: Foresight | None = None) -> tuple[str, Timing]:
    """The digest of all that is published and kept."""
    wall, cpu = time.perf_counter(), time.process_time()
    shard = Shard(0)
    shard.task = DedupTask(0, DedupSettings(), foresight=foresight)
    for start in range(0, len(records), BATCH):
        shard.keep(shard.task.step(records[start : start + BATCH]))
    return shard.decided().digest, _since(wall, cpu)


def _since(wall: float, cpu: float) -> Timing:
    return Timing(time.perf_counter() - wall, time.process_time() - cpu)


def look_ahead(records: list[Record], order: SparkOrder, folder: Path) -> tuple[Foresight, Timing, float]:
    """What Spark found out, how long it took, and how long it took to start."""
    begun = time.perf_counter()
    with spark(order) as engine:
        started = time.perf_counter() - begun
        wall, cpu = time.perf_counter(), time.process_time()
        store, settings = FileStore(folder), DedupSettings()
        plan = Plan(settings, store)
        for record in records:
            value = wire.read(dict(record.headers), record.value or b"")
            assert isinstance(value, Article | Watermark)
            plan.take(value)
        table = plan.table()
        store.put(TABLE, 0, pack_table(table))
        answers = foresee(table, partial(context_in, str(folder), settings), engine)
        return answers, _since(wall, cpu), started


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("archive", type=Path)
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--master", default="local[2]")
    options.add_argument("--memory", default="1g")
    asked = options.parse_args()
    articles = list(islice(perturbed(read_articles(asked.archive)), asked.articles))
    ((_, records),) = by_shard(articles).items()
    del articles
    kernels.use(now=True)
    with tempfile.TemporaryDirectory(prefix="newsfold-") as folder:
        order = SparkOrder(asked.master, asked.memory, 16, "127.0.0.1")
        answers, batch, started = look_ahead(records, order, Path(folder))
        again, rest = fold(records, answers)
    digest, one = fold(records)
    count = asked.articles
    print(f"{count:,} articles, {asked.master}, {'the same bytes' if digest == again else 'OTHER BYTES'}")
    print(
        f"one process      {one.wall_s:7.1f} s  {count / one.wall_s:7,.0f} articles/s  cpu {one.cpu_s:.1f} s"
    )
    whole = batch.wall_s + rest.wall_s
    print(
        f"batch and fold   {whole:7.1f} s  {count / whole:7,.0f} articles/s  (Spark started in {started:.1f} s)"
    )
    print(f"  of it the batch {batch.wall_s:6.1f} s, here {batch.cpu_s:.1f} s of cpu to plan")
    print(
        f"  the fold        {rest.wall_s:6.1f} s, cpu {rest.cpu_s:.1f} s, {1e6 * rest.cpu_s / count:.0f} µs an article"
    )
    raise SystemExit(digest != again)


if __name__ == "__main__":
    main()
