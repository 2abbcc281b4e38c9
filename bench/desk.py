"""The Desk at scale: reading a log of invented articles, and pages while a writer is at work.

`python -m bench.desk --articles 50000`. Says the time of an article, the size of the file, and the 95th
percentile of each page, all in CPU time of the thread that does it.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.relations import Passage, Relation, Verdict
from services.contracts.stories import Pickup, Provenance, Story, StoryChange, StoryMember
from services.desk.pages.render import render
from services.desk.queries import compare, front, outlets, search, story
from services.desk.queries.front import FrontAsk
from services.desk.queries.search import SearchAsk
from services.desk.store import database, intake
from services.desk.views.frame import Frame
from services.desk.views.story import StoryPage
from services.stream.bus import Partition, Record
from services.stream.clock import microseconds

START = datetime(2026, 1, 5, tzinfo=UTC)
WORDS = 60_000
LENGTH = 300
SENTENCE = 12
SENTENCES = 30_000
"""Texts are made of these: a million would take longer to make up than to take."""
OUTLETS = 200
BATCH = 500
FRAME = Frame(path="/", json_href="/front.json")


class Press:
    """Articles in order of time: originals, and copies of what came lately."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        signs = "abcdefghijklmnoprstuvwz"
        self.words = [
            "".join(self._random.choices(signs, k=self._random.randint(3, 12))) for _ in range(WORDS)
        ]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(WORDS)))
        self._sentences = [self._drawn(SENTENCE) for _ in range(SENTENCES)]
        self._offsets: dict[str, int] = {}
        self._open: list[tuple[str, list[StoryMember], str]] = []
        self.at = START

    def records(self, articles: int) -> Iterator[Record]:
        for number in range(articles):
            self.at += timedelta(seconds=3.2)
            copy = self._open and self._random.random() < 0.45
            yield from self._copy(number) if copy else self._original(number)

    def _text(self) -> str:
        return " ".join(self._random.choices(self._sentences, k=LENGTH // SENTENCE))

    def _drawn(self, words: int) -> str:
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=words))

    def _id(self) -> str:
        """As ids are: they come in no order."""
        return f"{self._random.getrandbits(128):032x}"

    def _record(self, topic: str, key: str, content: object) -> Record:
        offset = self._offsets[topic] = self._offsets.get(topic, -1) + 1
        headers = (("ce_type", wire.ce_type(type(content)).encode()),)  # type: ignore[arg-type]
        value = wire.encode(content)  # type: ignore[arg-type]
        return Record(Partition(topic, 0), offset, key.encode(), value, headers, microseconds(self.at))

    def _original(self, number: int) -> Iterator[Record]:
        text = self._text()
        article = self._article(number, text)
        member = self._member(article, None)
        story_id = self._id()
        if len(self._open) > 400:
            self._open.pop(self._random.randrange(len(self._open)))
        self._open.append((story_id, [member], text))
        yield self._record("articles", article.article_id, article)
        yield self._record("relations", article.article_id, self._verdict(article, story_id, ()))
        yield from self._story(story_id, [member], "created")

    def _copy(self, number: int) -> Iterator[Record]:
        story_id, members, text = self._open[min(self._random.randrange(400), len(self._open) - 1)]
        article = self._article(number, f"{text} {self._drawn(20)}")
        of = members[0]
        members.append(self._member(article, of))
        relation = Relation(
            other_article_id=of.article_id, other_version_id=of.version_id, other_url=of.url,
            kind="syndicated",
            jaccard=0.9, containment=0.95, other_containment=1.0, fresh_containment=0.9, fresh_shared=200,
            direction="first-seen", reason="runs the text whole", bands=20, samples=30,
            passages=(Passage(start=0, end=len(text), other_start=0, other_end=len(text)),),
        )  # fmt: skip
        yield self._record("articles", article.article_id, article)
        yield self._record("relations", article.article_id, self._verdict(article, story_id, (relation,)))
        yield from self._story(story_id, members, "grew")

    def _article(self, number: int, text: str) -> Article:
        outlet = f"outlet{min(int(self._random.expovariate(0.02)), OUTLETS)}.example"
        return Article(
            article_id=self._id(), version_id=self._id(), url=f"https://{outlet}/{number}",
            source=outlet, feed=f"https://{outlet}/rss", title=self._drawn(8), text=text, language="de",
            first_seen_at=self.at, published_at=self.at,
        )  # fmt: skip

    def _member(self, article: Article, of: StoryMember | None) -> StoryMember:
        return StoryMember(
            article_id=article.article_id, version_id=article.version_id, url=article.url,
            source=article.source,
            title=article.title, language="de", role="copy" if of else "original", of=of.url if of else "",
            kind="syndicated" if of else None, containment=0.95 if of else 0,
            first_seen_at=article.first_seen_at,
            words=LENGTH,
        )  # fmt: skip

    def _verdict(self, article: Article, story_id: str, relations: tuple[Relation, ...]) -> Verdict:
        return Verdict(
            article_id=article.article_id, version_id=article.version_id, url=article.url,
            source=article.source,
            language="de", first_seen_at=self.at, outcome="story", story_id=story_id, relations=relations,
        )  # fmt: skip

    def _story(self, story_id: str, members: list[StoryMember], change: str) -> Iterator[Record]:
        first, last = members[0], members[-1]
        outlets = tuple(dict.fromkeys(member.source for member in members))
        content = Story(
            story_id=story_id, revision=len(members), headline=first.title, lead_url=first.url,
            lead="An invented lead.",
            articles=tuple(member.url for member in members), members=tuple(members), sources=outlets,
            languages=("de",), first_seen_at=first.first_seen_at, last_seen_at=last.first_seen_at,
            provenance=tuple(
                Provenance(
                    url=one.url, of=first.source, of_url=first.url, evidence=("first-seen",), sure="likely",
                    reason="was not there when the other was seen",
                )
                for one in members[1:]
            ),
            pickup=Pickup(articles=len(members), outlets=len(outlets), independent=1, copies=len(members) - 1,
                          hours=1.0, velocity=1.0),
        )  # fmt: skip
        step = StoryChange(
            story_id=story_id, revision=content.revision, change=change, at=self.at,  # type: ignore[arg-type]
            article_id=last.article_id, article_url=last.url, story=content,
        )  # fmt: skip
        yield self._record("story-changes", story_id, step)
        yield self._record("stories", story_id, content)


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


def build(db: sqlite3.Connection, press: Press, articles: int) -> tuple[float, float]:
    """Seconds of CPU and of the clock for taking that many articles."""
    cpu = wall = 0.0
    for batch in batches(press.records(articles)):
        began, stood = time.thread_time(), time.perf_counter()
        intake.take(db, batch, "full")
        cpu += time.thread_time() - began
        wall += time.perf_counter() - stood
    return cpu, wall


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

    def listed(**ask: object) -> object:
        return render("front", front.front(db, FrontAsk(**ask), now), FRAME)  # type: ignore[arg-type]

    def compared() -> object:
        return render("compare", compare.compare(db, *chance.choice(pairs), "full"), FRAME)  # type: ignore[arg-type]

    def found(query: str) -> object:
        return render("search", search.search(db, SearchAsk(query), "full"), FRAME)

    now = front.latest(db)
    return {
        "list": lambda: listed(page=chance.randint(1, 3)),
        "list, narrowed": lambda: listed(outlet="outlet150.example"),
        "list, past": lambda: listed(at=START + (now - START) * chance.random()),  # type: ignore[operator]
        "story": lambda: render("story", story.story(db, chance.choice(ids)), FRAME),  # type: ignore[arg-type]
        "compare": compared,
        "search, rare": lambda: found(chance.choice(words)),
        "search, frequent": lambda: found(press_words[0]),
        "outlets": lambda: render("outlets", outlets.outlets(db), FRAME),
    }  # fmt: skip


def measure(ask: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and 95th percentile, milliseconds of CPU."""
    taken = []
    for _ in range(times):
        began = time.thread_time()
        ask()
        taken.append((time.thread_time() - began) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=50_000)
    options.add_argument("--times", type=int, default=60)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "desk.db"
        writer, press = database.create(file, "full"), Press()
        cpu, wall = build(writer, press, given.articles)
        size = file.stat().st_size
        print(
            f"articles {given.articles:,}: {cpu / given.articles * 1e6:.0f} us of CPU each "
            f"({wall / given.articles * 1e6:.0f} by the clock), {size / given.articles:.0f} bytes each"
        )
        reader, over = database.open_for_reading(file), threading.Event()

        def write() -> None:
            for batch in batches(press.records(1_000_000)):
                if over.is_set():
                    return
                intake.take(writer, batch, "full")
                time.sleep(0.05)

        writing = threading.Thread(target=write)
        writing.start()
        for name, ask in questions(reader, press.words, 3).items():
            middle, high = measure(ask, given.times)
            print(f"{name:18} median {middle:6.1f} ms  p95 {high:6.1f} ms")
        over.set()
        writing.join()


if __name__ == "__main__":
    main()
