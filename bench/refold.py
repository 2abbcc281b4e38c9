"""An archive folded by one process and by a batch on Spark: the same bytes, and how long each takes.

    python -m bench.refold ARCHIVE --articles 20000 [--master local[2]] [--memory 1g]

Of an archive as many copies are made as the number asks for: most with a vocabulary of their own, so that
what is related in the archive is related in each copy, the others cut versions of the original. Dedup alone:
encoded articles in, encoded records out, no bus.
"""

import argparse
import os
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


def descendants_cpu_s() -> float:
    """CPU of the processes that this one started, and theirs: Java, and Python beside it. Linux."""
    parents, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        parents[pid], spent[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    mine = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(spent[pid] for pid in mine - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


def look_ahead(records: list[Record], order: SparkOrder, folder: Path) -> tuple[Foresight, Timing, float]:
    """What Spark found out, how long it took, and how long it took to start."""
    begun = time.perf_counter()
    with spark(order) as engine:
        started = time.perf_counter() - begun
        wall, cpu, before = time.perf_counter(), time.process_time(), descendants_cpu_s()
        store, settings = FileStore(folder), DedupSettings()
        plan = Plan(settings, store)
        for record in records:
            value = wire.read(dict(record.headers), record.value or b"")
            assert isinstance(value, Article | Watermark)
            plan.take(value)
        table = plan.table()
        store.put(TABLE, 0, pack_table(table))
        answers = foresee(table, partial(context_in, str(folder), settings), engine)
        took = _since(wall, cpu)
        return answers, took._replace(cpu_s=took.cpu_s + descendants_cpu_s() - before), started


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
    equal = f"the same bytes, {digest[:16]}" if digest == again else "OTHER BYTES"
    print(f"{count:,} articles, {asked.master}: {equal}; Spark started in {started:.1f} s")
    whole = Timing(batch.wall_s + rest.wall_s, batch.cpu_s + rest.cpu_s)
    rows = {"one process": one, "refold": whole, "  batch": batch, "  fold": rest}
    for name, took in rows.items():
        rate = f"{count / took.wall_s:7,.0f} articles/s"
        print(f"{name:12} {took.wall_s:7.1f} s {rate}  cpu {1e6 * took.cpu_s / count:6,.0f} µs an article")
    raise SystemExit(digest != again)


if __name__ == "__main__":
    main()
