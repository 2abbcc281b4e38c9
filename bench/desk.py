"""The Desk at scale: a file made of a log of invented articles, and pages while a writer is at work.

`python -m bench.desk --articles 50000`. Says the time and the room an article takes, median and 95th
percentile of each page, in CPU time of the thread that makes it and by the clock, and what
`bench.desk_watch` finds.
"""

import argparse
import gc
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.desk_press import START, Press
from services.console.tuning import tuned
from services.desk.pages.render import render
from services.desk.queries import compare, front, outlets, search, story
from services.desk.queries.front import FrontAsk
from services.desk.queries.search import SearchAsk
from services.desk.store import database, intake
from services.desk.store.cache import Cache
from services.desk.views.frame import Frame
from services.desk.views.story import StoryPage
from services.desk.web.shelf import Body, body
from services.stream.bus import Record

BATCH = 500
PAUSE_S = 0.05
"""Of the writer, between two batches."""
FRAME = Frame(path="/", json_href="/front.json")


def batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    """As a reader takes them: topic by topic."""
    held: list[Record] = []
    for record in records:
        held.append(record)
        if len(held) >= 4 * BATCH:
            yield from _by_topic(held)
            held = []
    yield from _by_topic(held)


def _by_topic(records: list[Record]) -> Iterator[list[Record]]:
    for topic in intake.READ:
        found = [record for record in records if record.partition.topic == topic]
        if found:
            yield found


class Rebuild(NamedTuple):
    cpu_s: float
    clock_s: float
    complete_s: float
    """Of the clock: putting it into order at the end."""


def build(file: Path, press: Press, articles: int) -> Rebuild:
    """As a file is made beside one that pages are still read from."""
    db, cache = database.create_unread(file), Cache()
    cpu = clock = 0.0
    for batch in batches(press.records(articles)):
        began, stood = time.thread_time(), time.perf_counter()
        intake.take(db, batch, "full", cache)
        cpu += time.thread_time() - began
        clock += time.perf_counter() - stood
    began, stood = time.thread_time(), time.perf_counter()
    database.complete(db, "full")
    complete = time.perf_counter() - stood
    return Rebuild(cpu + time.thread_time() - began, clock + complete, complete)


def questions(db: sqlite3.Connection, press_words: list[str], seed: int) -> dict[str, Callable[[], object]]:
    """A page of each kind, another one each time it is asked for."""
    chance = random.Random(seed)
    ids = [one for (one,) in db.execute("select story_id from spread order by articles desc limit 2000")]
    pages = [story.story(db, one) for one in ids[:200]]
    pairs = [
        (member.version_id, member.of_version_id)
        for page in pages
        if isinstance(page, StoryPage)
        for member in page.members
        if member.of_version_id
    ]
    words = [
        title.split()[0] for (title,) in db.execute("select title from version order by id desc limit 2000")
    ]

    def made(name: str, view: object) -> Body:
        """As it goes to a browser."""
        return body(render(name, view, FRAME).encode())  # type: ignore[arg-type]

    def listed(**ask: object) -> object:
        return made("front", front.front(db, FrontAsk(**ask), now))  # type: ignore[arg-type]

    def compared() -> object:
        return made("compare", compare.compare(db, *chance.choice(pairs), "full"))

    def found(query: str) -> object:
        return made("search", search.search(db, SearchAsk(query), "full"))

    now = front.latest(db)
    return {
        "list": lambda: listed(page=chance.randint(1, 3)),
        "list, narrowed": lambda: listed(outlet="outlet150.example"),
        "list, past": lambda: listed(at=START + (now - START) * chance.random()),  # type: ignore[operator]
        "story": lambda: made("story", story.story(db, chance.choice(ids))),
        "compare": compared,
        "search, rare": lambda: found(chance.choice(words)),
        "search, frequent": lambda: found(press_words[0]),
        "outlets": lambda: made("outlets", outlets.outlets(db)),
    }  # fmt: skip


class Times(NamedTuple):
    """Milliseconds."""

    median: float
    high: float
    """95th percentile."""

    @classmethod
    def of(cls, taken: list[float]) -> "Times":
        return cls(statistics.median(taken), statistics.quantiles(taken, n=20)[-1])

    def __str__(self) -> str:
        return f"median {self.median:6.1f}  p95 {self.high:6.1f}"


def measure(ask: Callable[[], object], times: int) -> tuple[Times, Times]:
    """Of CPU, and by the clock."""
    cpu, clock = [], []
    for _ in range(times):
        began, stood = time.thread_time(), time.perf_counter()
        ask()
        cpu.append((time.thread_time() - began) * 1000)
        clock.append((time.perf_counter() - stood) * 1000)
    return Times.of(cpu), Times.of(clock)


def tell_pages(file: Path, press: Press, times: int) -> None:
    reader, over = database.open_for_reading(file), threading.Event()

    def write() -> None:
        writer, cache = database.open_for_writing(file), Cache()
        for batch in batches(press.records(10_000_000)):
            if over.is_set():
                break
            intake.take(writer, batch, "full", cache)
            time.sleep(PAUSE_S)
        writer.close()

    writing = threading.Thread(target=write)
    writing.start()
    for name, ask in questions(reader, press.words, 3).items():
        cpu, clock = measure(ask, times)
        print(f"{name:18} ms of CPU: {cpu}    by the clock: {clock}", flush=True)
    over.set()
    writing.join()
    reader.close()


def tell_rebuild(took: Rebuild, articles: int, size: int) -> None:
    each = 1e6 / articles
    print(
        f"{articles:,} articles in {took.clock_s:.0f} s ({took.complete_s:.0f} s of it at the end): "
        f"{took.cpu_s * each:.0f} us of CPU each, {took.clock_s * each:.0f} by the clock, "
        f"{size / articles:.0f} bytes each",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=50_000)
    options.add_argument("--times", type=int, default=60)
    given = options.parse_args()
    tuned()
    with tempfile.TemporaryDirectory() as folder:
        file, press = Path(folder) / "desk.db", Press()
        took = build(file, press, given.articles)
        tell_rebuild(took, given.articles, file.stat().st_size)
        tell_pages(file, press, given.times)
        del press
        gc.collect()
        subprocess.run([sys.executable, "-m", "bench.desk_watch", str(file)], check=True)


if __name__ == "__main__":
    main()
