"""What a finished replay or a running log knows about its articles: the material of `explain`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.relations import Refusal, RefusalReason, Relation, Verdict
from services.contracts.stories import Story
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus


class Edge(msgspec.Struct, frozen=True):
    """A relation between two articles, by URL."""

    url: str
    relation: Relation


class Screened(msgspec.Struct, frozen=True):
    """A line of `screened.jsonl`: an article, or a pair where `other_url` is set."""

    url: str
    reason: RefusalReason
    detail: str = ""
    other_url: str = ""


class Evidence(msgspec.Struct):
    """By URL, except stories, which are by id. Only latest versions and verdicts."""

    articles: dict[str, Article] = msgspec.field(default_factory=dict)
    edges: list[Edge] = msgspec.field(default_factory=list)
    screened: list[Screened] = msgspec.field(default_factory=list)
    stories: dict[str, Story] = msgspec.field(default_factory=dict)

    def find(self, url: str) -> Article:
        """The article at a URL, or the only one whose URL contains it. Raises `Stop` (usage)."""
        if url in self.articles:
            return self.articles[url]
        matches = [known for known in self.articles if url in known]
        if len(matches) == 1:
            return self.articles[matches[0]]
        several = f"{len(matches)} articles match, give more of the URL" if matches else "no such article"
        raise Stop(Exit.USAGE, f"{url}: {several}")

    def story_of(self, url: str) -> Story | None:
        return next((story for story in self.stories.values() if url in story.articles), None)


class _Line(Relation, frozen=True, kw_only=True):
    url: str


def read_directory(out: Path) -> Evidence:
    """The files of a finished replay. Raises `Stop` (usage) where they are not there."""
    if not (out / "articles.jsonl").is_file():
        raise Stop(Exit.USAGE, f"{out}: no articles.jsonl in it; name the --out directory of a replay")
    evidence = Evidence(screened=list(_rows(out / "screened.jsonl", Screened)))
    for article in _rows(out / "articles.jsonl", Article):
        evidence.articles[article.url] = article
    for line in _rows(out / "relations.jsonl", _Line):
        evidence.edges.append(Edge(line.url, line))
    for story in _rows(out / "stories.jsonl", Story):
        evidence.stories[story.story_id] = story
    return evidence


def _rows(file: Path, kind: type[msgspec.Struct]) -> Iterator:  # type: ignore[type-arg]
    decoder = msgspec.json.Decoder(kind)
    with file.open("rb") as rows:
        for row in rows:
            yield decoder.decode(row)


async def read_bus(bus: Bus) -> Evidence:
    """The same from the topics of a log."""
    evidence = Evidence(articles=await _articles(bus))
    for verdict in (await _verdicts(bus)).values():
        evidence.edges += [Edge(verdict.url, relation) for relation in verdict.relations]
        if verdict.reason:
            evidence.screened.append(Screened(verdict.url, verdict.reason, verdict.detail))
        evidence.screened += [_pair(verdict.url, refusal) for refusal in verdict.refused]
    evidence.stories = await _stories(bus)
    return evidence


async def _articles(bus: Bus) -> dict[str, Article]:
    """By URL, the first sight of the version that is shown."""
    shown: dict[str, Article] = {}
    first: dict[tuple[str, str], Article] = {}
    async for record in scan(bus, "articles"):
        if is_a(record, Article):
            article = wire.decode(Article, record.value or b"")
            version = (article.url, article.version_id)
            shown[article.url] = max(shown.get(article.url, article), article, key=_time_seen)
            first[version] = min(first.get(version, article), article, key=_time_seen)
    return {url: first[url, article.version_id] for url, article in shown.items()}


def _time_seen(article: Article) -> datetime:
    return article.first_seen_at


async def _verdicts(bus: Bus) -> dict[str, Verdict]:
    """The latest of each article."""
    verdicts = {}
    async for record in scan(bus, "relations"):
        if is_a(record, Verdict):
            verdict = wire.decode(Verdict, record.value or b"")
            verdicts[verdict.article_id] = verdict
    return verdicts


async def _stories(bus: Bus) -> dict[str, Story]:
    """Those that stand."""
    stories: dict[str, Story] = {}
    async for record in scan(bus, "stories"):
        if record.value is None:
            stories.pop((record.key or b"").decode(), None)
        elif is_a(record, Story):
            story = wire.decode(Story, record.value)
            stories[story.story_id] = story
    return stories


def _pair(url: str, refusal: Refusal) -> Screened:
    return Screened(url, refusal.reason, refusal.detail, refusal.other_url)
