"""Whole replays as a person starts them: `newsfold replay`, start and export included, by the clock."""

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.speed.river import River, base
from bench.speed.row import Asked, Row
from services.contracts.articles import Article
from tests.end_to_end.recorder import FEED_TYPE, Recorder

MOST = 6_000
"""Articles of one replay."""
LISTED = 25
"""Entries of a feed."""
BOUND_S = 150


def rows(asked: Asked) -> Iterator[Row]:
    articles = list(islice(River(base(asked).articles).articles(asked.live), min(MOST, asked.articles)))
    with tempfile.TemporaryDirectory(prefix="newsfold-speed-") as scratch:
        folder = Path(scratch)
        archive, listed = write_archive(folder, articles), _recording(folder, articles)
        cores = sorted(os.sched_getaffinity(0))[:2]
        both, one = (replay([archive], folder / "out", some) for some in (cores, cores[:1]))
        feeds = replay([folder / "feeds.warc.gz", "--feeds", listed], folder / "out", cores)
    lines = {
        f"archive, {len(cores)} cores": both,
        "archive, 1 core": one,
        f"feeds, {len(cores)} cores": feeds,
    }
    yield Row(
        key="stories",
        title="Archive or feeds → stories",
        how=f"`newsfold replay` of {len(articles):,} articles on the embedded log, by the clock, from start "
        f"to written files: an archive, then recorded feeds with full text, {LISTED} entries a feed. CPU of "
        "all processes.",
        head=("", "articles/s", "s", "CPU s", "articles"),
        lines=tuple(
            (name, round(run.rate), round(run.seconds, 1), round(run.cpu_s, 1), run.articles)
            for name, run in lines.items()
        ),
        ratios={"second core": both.rate / one.rate},
    )
    yield Row(
        key="second-core",
        title="Second core",
        how="The same replay held to one core, over that on two.",
        head=("", "× faster"),
        lines=(("archive → stories", round(both.rate / one.rate, 2)),),
    )


class Run(NamedTuple):
    articles: int
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return self.articles / self.seconds


def replay(arguments: Sequence[Path | str], out: Path, cores: Sequence[int]) -> Run:
    """On some cores."""
    command = [sys.executable, "-m", "services", "replay", *map(str, arguments), "--out", str(out)]
    began, before = time.perf_counter(), _cpu_s()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, timeout=BOUND_S, preexec_fn=_held_to(cores)
    )
    seconds, cpu_s = time.perf_counter() - began, _cpu_s() - before
    with (out / "articles.jsonl").open("rb") as file:
        return Run(sum(1 for _ in file), seconds, cpu_s)


def _cpu_s() -> float:
    """Of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _held_to(cores: Sequence[int]) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, cores)


def write_archive(folder: Path, articles: Sequence[Article]) -> Path:
    path = folder / "river.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.writelines(json.dumps(_line(article)) + "\n" for article in articles)
    return path


def _line(article: Article) -> dict[str, str]:
    return {
        "url": article.url,
        "source": article.source,
        "feed": article.feed,
        "title": article.title,
        "text": article.text,
        "fetched_at": article.first_seen_at.isoformat().replace("+00:00", "Z"),
        "language": article.language,
    }


def _recording(folder: Path, articles: Sequence[Article]) -> Path:
    """A WARC of feeds, each body new from first entry to last, and the list that says they are full."""
    by_source: defaultdict[str, list[Article]] = defaultdict(list)
    addresses = {article.source: f"https://{number}.example/feed" for number, article in enumerate(articles)}
    with Recorder(folder / "feeds.warc.gz") as recorder:
        for article in articles:
            waiting = by_source[article.source]
            waiting.append(article)
            if len(waiting) == LISTED:
                recorder.answer(addresses[article.source], _feed(waiting), FEED_TYPE)
                waiting.clear()
        for source, waiting in by_source.items():
            if waiting:
                recorder.answer(addresses[source], _feed(waiting), FEED_TYPE)
    listed = folder / "feeds.toml"
    feeds = (f'[[feed]]\nurl = "{address}"\nfull_text = true\n' for address in addresses.values())
    listed.write_text("\n".join(feeds), encoding="utf-8")
    return listed


def _feed(articles: Sequence[Article]) -> bytes:
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(one.url)}</link>"
        f"<content:encoded>{escape(_paragraphs(one.text))}</content:encoded></item>"
        for one in articles
    )
    head = '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    return f"{head}<channel><title>Alles</title>{items}</channel></rss>".encode()


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
