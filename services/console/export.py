"""The log as files: one JSON object a line, in an order that depends on the content alone.

Equal input gives equal bytes on any bus, at any speed, with any number of workers. Topics are read
twice (which record is the latest, then the record), so that memory holds ids and not texts; sorting
spills to disk. Files appear under their names only when all of them are complete.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from services.console import lines
from services.console.scan import is_a, scan
from services.console.sorted_lines import SortedLines
from services.console.tally import Tally
from services.contracts import wire
from services.contracts.articles import Article, Watermark
from services.contracts.relations import Verdict
from services.contracts.stories import Event, Story, StoryChange
from services.ops.outcomes import SERVICES
from services.stream.bus import Bus, Record
from services.stream.dead_letters import topic_of

FILES = (
    "articles.jsonl",
    "relations.jsonl",
    "stories.jsonl",
    "events.jsonl",
    "screened.jsonl",
    "story-changes.jsonl",
    "dead-letters.jsonl",
)


class Head(msgspec.Struct, frozen=True):
    """Which version a verdict is of, and what it says; the rest of it is left unread."""

    article_id: str
    version_id: str
    first_seen_at: datetime
    outcome: str


class Place(NamedTuple):
    partition: int
    offset: int


class Latest(NamedTuple):
    """The latest record of an article; the largest tuple is the latest."""

    fits: bool
    """It is of the version that the articles file shows."""
    at: datetime
    place: Place
    version_id: str


T = TypeVar("T", bound=msgspec.Struct)
_HEAD = msgspec.json.Decoder(Head)


async def export(bus: Bus, out: Path) -> Tally:
    """Write all of `FILES` into the directory `out`, and count. Raises `OSError` where that fails."""
    tally = Tally()
    with ExitStack() as sorters:
        files = {name: sorters.enter_context(SortedLines(out)) for name in FILES}
        articles = await _articles(bus, files["articles.jsonl"], tally)
        await _verdicts(bus, articles, files["relations.jsonl"], files["screened.jsonl"], tally)
        await _stories(bus, files["stories.jsonl"], tally)
        await _events(bus, files["events.jsonl"], tally)
        await _changes(bus, files["story-changes.jsonl"], tally)
        await _dead_letters(bus, files["dead-letters.jsonl"], tally)
        await asyncio.to_thread(_write, out, files)
    return tally


async def _articles(bus: Bus, file: SortedLines, tally: Tally) -> dict[str, Latest]:
    latest: dict[str, Latest] = {}
    versions: set[str] = set()
    async for record in scan(bus, "articles"):
        article = _article(record, tally)
        if article is not None:
            tally.records += 1
            versions.add(article.version_id)
            this = Latest(True, article.first_seen_at, _place(record), article.version_id)
            latest[article.article_id] = max(this, latest.get(article.article_id, this))
    places = {one.place for one in latest.values()}
    tally.versions, tally.articles = len(versions), len(places)
    async for shown in _at(bus, "articles", places, Article):
        file.add(lines.time_key(shown.first_seen_at, shown.article_id), lines.whole(shown))
    return latest


def _article(record: Record, tally: Tally) -> Article | None:
    try:
        content = wire.read(dict(record.headers), record.value or b"")
    except (wire.UnknownType, msgspec.MsgspecError):
        content = None
    tally.unreadable += not isinstance(content, Article | Watermark)
    return content if isinstance(content, Article) else None


async def _verdicts(
    bus: Bus, articles: dict[str, Latest], relations: SortedLines, screened: SortedLines, tally: Tally
) -> None:
    latest: dict[str, Latest] = {}
    outcomes: dict[str, str] = {}
    async for record in scan(bus, "relations"):
        if not is_a(record, Verdict):
            continue
        head = _HEAD.decode(record.value or b"")
        outcomes[head.version_id] = head.outcome
        shown = articles.get(head.article_id)
        fits = shown is not None and shown.version_id == head.version_id
        this = Latest(fits, head.first_seen_at, _place(record), head.version_id)
        latest[head.article_id] = max(this, latest.get(head.article_id, this))
    tally.decided.update(outcomes.values())
    async for verdict in _at(bus, "relations", {one.place for one in latest.values()}, Verdict):
        _verdict(verdict, relations, screened, tally)


def _verdict(verdict: Verdict, relations: SortedLines, screened: SortedLines, tally: Tally) -> None:
    if verdict.outcome == "screened":
        tally.screened[verdict.reason or "other"] += 1
        screened.add(lines.time_key(verdict.first_seen_at, verdict.article_id), lines.screened_line(verdict))
    for relation, line in lines.relation_lines(verdict):
        tally.relations[relation.kind] += 1
        key = lines.time_key(verdict.first_seen_at, verdict.article_id, relation.other_article_id)
        relations.add(key, line)


async def _stories(bus: Bus, file: SortedLines, tally: Tally) -> None:
    async for story in _at(bus, "stories", await _standing(bus, "stories"), Story):
        tally.stories += 1
        tally.shared += len(story.articles) > 1
        file.add(lines.time_key(story.first_seen_at, story.story_id), lines.whole(story))


async def _events(bus: Bus, file: SortedLines, tally: Tally) -> None:
    async for event in _at(bus, "events", await _standing(bus, "events"), Event):
        tally.events += 1
        file.add(lines.time_key(event.first_seen_at, event.event_id), lines.whole(event))


async def _changes(bus: Bus, file: SortedLines, tally: Tally) -> None:
    async for record in scan(bus, "story-changes"):
        if is_a(record, StoryChange):
            change = _decoded(record, StoryChange)
            tally.changes += 1
            file.add(lines.revision_key(change.story_id, change.revision), lines.whole(change))


async def _dead_letters(bus: Bus, file: SortedLines, tally: Tally) -> None:
    for service in SERVICES:
        reasons: Counter[str] = Counter()
        async for record in scan(bus, topic_of(service)):
            told = {name: value.decode("utf-8", "replace") for name, value in record.headers}
            reasons[told["dl_reason"]] += 1
            file.add(*lines.dead_letter(service, told))
        tally.dead[service] = reasons


async def _standing(bus: Bus, topic: str) -> set[Place]:
    """Where the last record of each key is, as compaction would leave it: tombstones end a key."""
    last: dict[bytes | None, Place] = {}
    async for record in scan(bus, topic):
        if record.value is None:
            last.pop(record.key, None)
        else:
            last[record.key] = _place(record)
    return set(last.values())


async def _at(bus: Bus, topic: str, places: set[Place], kind: type[T]) -> AsyncIterator[T]:
    """The records of `topic` at `places`, decoded."""
    async for record in scan(bus, topic):
        if _place(record) in places:
            yield _decoded(record, kind)


def _decoded(record: Record, kind: type[T]) -> T:
    return wire.decode(kind, record.value or b"")


def _write(out: Path, files: Mapping[str, SortedLines]) -> None:
    partial = {name: out / f".{name}.partial" for name in files}
    for name, content in files.items():
        with partial[name].open("wb") as file:
            file.writelines(line + b"\n" for line in content.lines())
    for name, path in partial.items():
        path.replace(out / name)


def _place(record: Record) -> Place:
    return Place(record.partition.number, record.offset)
