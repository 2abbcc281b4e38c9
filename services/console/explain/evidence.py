"""What a finished replay or a running log knows about its articles: the material of `explain`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from services.console.export.reading import read_lines, refuse_incomplete
from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article, Withdrawal
from services.contracts.relations import Refusal, RefusalReason, Relation, ScreenReason, Verdict
from services.contracts.stories import Story
from services.contracts.topics import Sharding, shard_of
from services.dedup import records
from services.ingest.urls import canonical
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus

S = TypeVar("S", bound=msgspec.Struct)
_MOST_MATCHES = 5


class Evidence(msgspec.Struct):
    """Articles by URL, each in the version that is shown; stories by id."""

    articles: dict[str, Article] = msgspec.field(default_factory=dict)
    verdicts: dict[str, list[Verdict]] = msgspec.field(default_factory=dict)
    """By article id, one a version, the latest last; a directory has that one alone."""
    stories: dict[str, Story] = msgspec.field(default_factory=dict)
    shards: dict[str, int] = msgspec.field(default_factory=dict)
    """Of each article by its URL: texts of two shards are never compared."""
    withdrawals: dict[str, Withdrawal] = msgspec.field(default_factory=dict)
    """By article id, of those that were taken back and not shown again."""

    def find(self, url: str) -> Article:
        """The article at a URL, or the only one whose URL contains it. Raises `Stop` (usage)."""
        if not url.strip():
            raise Stop(Exit.USAGE, "an empty URL names no article")
        for address in (url, canonical(url) or url):
            if address in self.articles:
                return self.articles[address]
        matches = [known for known in self.articles if url in known or (canonical(url) or url) in known]
        if len(matches) == 1:
            return self.articles[matches[0]]
        raise Stop(Exit.USAGE, f"{url}: {self._several(matches) if matches else 'no such article'}")

    def _several(self, urls: list[str]) -> str:
        named = "; ".join(f"{url} ({self.articles[url].title})" for url in urls[:_MOST_MATCHES])
        more = f"; and {len(urls) - _MOST_MATCHES:,} more" if len(urls) > _MOST_MATCHES else ""
        return f"{len(urls):,} articles match, give more of the URL: {named}{more}"

    def verdict(self, article: Article) -> Verdict | None:
        """The one in force."""
        said = self.verdicts.get(article.article_id)
        return said[-1] if said else None

    def relations(self) -> Iterator[tuple[Verdict, Relation]]:
        """Those in force, each with the verdict on its newer article."""
        for said in self.verdicts.values():
            for relation in said[-1].relations:
                yield said[-1], relation

    def refusals(self, article: Article) -> Iterator[tuple[Verdict, Refusal]]:
        """Those in force that speak of an article, from either side."""
        for said in self.verdicts.values():
            for refusal in said[-1].refused:
                if article.article_id in (said[-1].article_id, refusal.other_article_id):
                    yield said[-1], refusal

    def story_of(self, url: str) -> Story | None:
        return next((story for story in self.stories.values() if url in story.articles), None)


class _Of(msgspec.Struct, frozen=True, kw_only=True):
    """What a line of `relations.jsonl` says of its newer article."""

    article_id: str
    version_id: str
    story_id: str = ""
    late: bool = False


class _ScreenedLine(msgspec.Struct, frozen=True, kw_only=True):
    """An article, or a pair where `other_url` is set."""

    article_id: str
    reason: RefusalReason
    detail: str = ""
    other_url: str = ""
    other_article_id: str = ""
    other_version_id: str = ""
    others: int = 0


def read_directory(out: Path, sharding: Sharding = "one") -> Evidence:
    """The files of a finished replay or an export. Raises `Stop` (usage) where they are not, or damaged."""
    refuse_incomplete(out)
    evidence = Evidence()
    said: dict[str, Verdict] = {}
    for article in _rows(out / "articles.jsonl", Article):
        evidence.articles[article.url] = article
        evidence.shards[article.url] = shard_of(article.language, sharding)
        said[article.article_id] = records.verdict(article, outcome="story")  # until a line tells more of it
    for line in _rows(out / "screened.jsonl", _ScreenedLine):
        if (verdict := said.get(line.article_id)) is not None:
            said[line.article_id] = _refused(verdict, line, evidence)
    lines = out / "relations.jsonl"
    for of, relation in zip(_rows(lines, _Of), _rows(lines, Relation), strict=True):
        if (verdict := said.get(of.article_id)) is not None:
            said[of.article_id] = msgspec.structs.replace(
                verdict,
                version_id=of.version_id,
                story_id=of.story_id,
                late=of.late,
                relations=(*verdict.relations, relation),
            )
    evidence.verdicts = {article: [verdict] for article, verdict in said.items()}
    for story in _rows(out / "stories.jsonl", Story):
        evidence.stories[story.story_id] = story
    if (out / "withdrawals.jsonl").is_file():
        rows = _rows(out / "withdrawals.jsonl", Withdrawal)
        evidence.withdrawals = {gone.article_id: gone for gone in rows}
    return evidence


def _refused(verdict: Verdict, line: _ScreenedLine, evidence: Evidence) -> Verdict:
    if not line.other_url:
        reason = msgspec.convert(line.reason, ScreenReason)
        return msgspec.structs.replace(verdict, outcome="screened", reason=reason, detail=line.detail)
    other = evidence.articles.get(line.other_url)
    refusal = Refusal(
        other_article_id=line.other_article_id or (other.article_id if other else ""),
        other_version_id=line.other_version_id,
        other_url=line.other_url,
        reason=line.reason,
        detail=line.detail,
        others=line.others,
    )
    return msgspec.structs.replace(verdict, refused=(*verdict.refused, refusal))


def _rows(file: Path, kind: type[S]) -> Iterator[S]:
    return read_lines(file, msgspec.json.Decoder(kind).decode)


async def read_bus(bus: Bus) -> Evidence:
    """The same from the topics of a log."""
    evidence = Evidence(verdicts=await _verdicts(bus), stories=await _stories(bus))
    await _articles(bus, evidence)
    return evidence


async def _articles(bus: Bus, evidence: Evidence) -> None:
    """The first sight of the versions that are shown, and their shards."""
    shown: dict[str, Article] = {}
    first: dict[tuple[str, str], Article] = {}
    gone: dict[str, Withdrawal] = {}
    async for record in scan(bus, "articles"):
        if is_a(record, Article):
            article = wire.decode(Article, record.value or b"")
            version = (article.url, article.version_id)
            evidence.shards[article.url] = record.partition.number
            shown[article.url] = max(shown.get(article.url, article), article, key=_time_seen)
            first[version] = min(first.get(version, article), article, key=_time_seen)
        elif is_a(record, Withdrawal):
            withdrawal = wire.decode(Withdrawal, record.value or b"")
            gone[withdrawal.article_id] = max(
                gone.get(withdrawal.article_id, withdrawal), withdrawal, key=lambda one: one.at
            )
    seen = {article.article_id: article.first_seen_at for article in shown.values()}
    evidence.withdrawals = {one: told for one, told in gone.items() if one in seen and told.at >= seen[one]}
    evidence.articles = {url: first[url, article.version_id] for url, article in shown.items()}


def _time_seen(article: Article) -> datetime:
    return article.first_seen_at


async def _verdicts(bus: Bus) -> dict[str, list[Verdict]]:
    """The last one of each version, in the order in which they were last given."""
    verdicts: dict[str, dict[str, Verdict]] = {}
    async for record in scan(bus, "relations"):
        if is_a(record, Verdict):
            verdict = wire.decode(Verdict, record.value or b"")
            of = verdicts.setdefault(verdict.article_id, {})
            of.pop(verdict.version_id, None)
            of[verdict.version_id] = verdict
    return {article: list(of.values()) for article, of in verdicts.items()}


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
