"""The log as files: one JSON object a line, in an order that depends on the content alone.

Equal input gives equal bytes on any bus, at any speed, with any number of workers. Each topic is read
once; which of its records are the latest is known at its end, so the lines of all are sorted (on disk
where they are many) and those of older records are left out on the way into the file. Files appear under
their names only when all of them are complete.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from services.console.export import lines
from services.console.export.lines import Place
from services.console.export.sorted_lines import SortedLines
from services.console.export.tally import Tally
from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle
from services.contracts.relations import Verdict
from services.contracts.stories import Event, Story, StoryChange
from services.ops.outcomes import SERVICES
from services.stream.bus import Bus, Record
from services.stream.dead_letters import topic_of

FILES = (
    "articles.jsonl",
    "withdrawals.jsonl",
    "relations.jsonl",
    "stories.jsonl",
    "events.jsonl",
    "screened.jsonl",
    "story-changes.jsonl",
    "dead-letters.jsonl",
)
Files = Mapping[str, SortedLines]


class Sight(NamedTuple):
    """When something was seen, and the record that says so."""

    at: datetime
    place: Place


class Shown(NamedTuple):
    """What an article shows; the largest tuple is the latest."""

    seen: Sight
    version_id: str
    url: str


class Standing(NamedTuple):
    """The articles as they stand, by id."""

    shown: Mapping[str, Shown]
    first: Mapping[tuple[str, str], Sight]
    """The first sight of each version at each address: it speaks for the version in every file."""
    withdrawn: Mapping[str, Sight]

    def places(self) -> set[Place]:
        return {self.first[shown.version_id, shown.url].place for shown in self.shown.values()}


class Said(NamedTuple):
    """The verdict that the files show of an article; the largest tuple is the latest."""

    fits: bool
    """It is of the version that the articles file shows."""
    at: datetime
    place: Place
    verdict: "Gist"


class Gist(msgspec.Struct, frozen=True, order=True):
    """What the summary counts of a verdict."""

    screened: str
    kinds: tuple[str, ...]


async def export(bus: Bus, out: Path) -> Tally:
    """Write all of `FILES` into the directory `out`, and count. Raises `OSError` where that fails."""
    tally = Tally()
    with ExitStack() as opened:
        files = {name: opened.enter_context(SortedLines(out)) for name in FILES}
        kept: dict[str, set[Place]] = {}
        standing = await _articles(bus, files, tally)
        kept["articles.jsonl"] = standing.places()
        kept["withdrawals.jsonl"] = {seen.place for seen in standing.withdrawn.values()}
        said = await _verdicts(bus, standing.shown, files, tally)
        kept["relations.jsonl"] = kept["screened.jsonl"] = {verdict.place for verdict in said.values()}
        kept["stories.jsonl"] = await _stories(bus, files["stories.jsonl"], tally)
        kept["events.jsonl"] = await _events(bus, files["events.jsonl"], tally)
        await _changes(bus, files["story-changes.jsonl"], tally)
        await _dead_letters(bus, files["dead-letters.jsonl"], tally)
        await asyncio.to_thread(_write, out, files, kept)
    return tally


async def _articles(bus: Bus, files: Files, tally: Tally) -> Standing:
    shown: dict[str, Shown] = {}
    first: dict[tuple[str, str], Sight] = {}
    withdrawn: dict[str, Sight] = {}
    async for record in scan(bus, "articles"):
        content = _content(record)
        if isinstance(content, Article):
            tally.records += 1
            seen = Sight(content.first_seen_at, _place(record))
            this = Shown(seen, content.version_id, content.url)
            shown[content.article_id] = max(this, shown.get(content.article_id, this))
            version = (content.version_id, content.url)
            first[version] = min(seen, first.get(version, seen))
            key = lines.time_key(content.first_seen_at, content.article_id)
            files["articles.jsonl"].add(lines.placed(key, seen.place), lines.whole(content))
        elif isinstance(content, Withdrawal):
            seen = Sight(content.at, _place(record))
            withdrawn[content.article_id] = max(seen, withdrawn.get(content.article_id, seen))
            key = lines.time_key(content.at, content.article_id)
            files["withdrawals.jsonl"].add(lines.placed(key, seen.place), lines.whole(content))
        else:
            tally.unreadable += not isinstance(content, Watermark | CanaryArticle)
    standing = Standing(shown, first, _not_shown_again(withdrawn, shown))
    tally.versions, tally.articles = len({version for version, _ in first}), len(shown)
    tally.withdrawn = len(standing.withdrawn)
    return standing


def _not_shown_again(withdrawn: Mapping[str, Sight], shown: Mapping[str, Shown]) -> dict[str, Sight]:
    return {
        article: seen
        for article, seen in withdrawn.items()
        if article in shown and seen.at >= shown[article].seen.at
    }


def _content(record: Record) -> msgspec.Struct | None:
    try:
        return wire.read(dict(record.headers), record.value or b"")
    except (wire.UnknownType, msgspec.MsgspecError):
        return None


async def _verdicts(bus: Bus, shown: Mapping[str, Shown], files: Files, tally: Tally) -> Mapping[str, Said]:
    latest: dict[str, Said] = {}
    outcomes: dict[str, str] = {}
    async for record in scan(bus, "relations"):
        if not is_a(record, Verdict):
            continue
        verdict = wire.decode(Verdict, record.value or b"")
        outcomes[verdict.version_id] = verdict.outcome
        article = shown.get(verdict.article_id)
        fits = article is not None and article.version_id == verdict.version_id
        this = Said(fits, verdict.first_seen_at, _place(record), _gist(verdict))
        latest[verdict.article_id] = max(this, latest.get(verdict.article_id, this))
        _verdict_lines(verdict, this.place, files)
    tally.decided.update(outcomes.values())
    for said in latest.values():
        tally.relations.update(said.verdict.kinds)
        tally.screened.update([said.verdict.screened] if said.verdict.screened else [])
    return latest


def _gist(verdict: Verdict) -> Gist:
    screened = (verdict.reason or "other") if verdict.outcome == "screened" else ""
    return Gist(screened, tuple(relation.kind for relation in verdict.relations))


def _verdict_lines(verdict: Verdict, place: Place, files: Files) -> None:
    if verdict.outcome == "screened":
        key = lines.time_key(verdict.first_seen_at, verdict.article_id)
        files["screened.jsonl"].add(lines.placed(key, place), lines.screened(verdict))
    for refusal in verdict.refused:
        key = lines.time_key(verdict.first_seen_at, verdict.article_id, refusal.other_article_id)
        files["screened.jsonl"].add(lines.placed(key, place), lines.refused(verdict, refusal))
    for relation in verdict.relations:
        key = lines.time_key(verdict.first_seen_at, verdict.article_id, relation.other_article_id)
        files["relations.jsonl"].add(lines.placed(key, place), lines.relation(verdict, relation))


async def _stories(bus: Bus, file: SortedLines, tally: Tally) -> set[Place]:
    """Where the stories are that stand, as compaction would leave them: a tombstone ends an id."""
    standing: dict[bytes | None, tuple[Place, bool]] = {}
    async for record in scan(bus, "stories"):
        if record.value is None:
            standing.pop(record.key, None)
        elif is_a(record, Story):
            story = wire.decode(Story, record.value)
            standing[record.key] = _place(record), len(story.articles) > 1
            key = lines.time_key(story.first_seen_at, story.story_id)
            file.add(lines.placed(key, _place(record)), lines.whole(story))
    tally.stories = len(standing)
    tally.shared = sum(several for _, several in standing.values())
    return {place for place, _ in standing.values()}


async def _events(bus: Bus, file: SortedLines, tally: Tally) -> set[Place]:
    standing: dict[bytes | None, Place] = {}
    async for record in scan(bus, "events"):
        if record.value is None:
            standing.pop(record.key, None)
        elif is_a(record, Event):
            event = wire.decode(Event, record.value)
            standing[record.key] = _place(record)
            key = lines.time_key(event.first_seen_at, event.event_id)
            file.add(lines.placed(key, _place(record)), lines.whole(event))
    tally.events = len(standing)
    return set(standing.values())


async def _changes(bus: Bus, file: SortedLines, tally: Tally) -> None:
    async for record in scan(bus, "story-changes"):
        if is_a(record, StoryChange):
            change = wire.decode(StoryChange, record.value or b"")
            tally.changes += 1
            file.add(lines.revision_key(change.story_id, change.revision), lines.whole(change))


async def _dead_letters(bus: Bus, file: SortedLines, tally: Tally) -> None:
    for service in SERVICES:
        reasons: Counter[str] = Counter()
        async for record in scan(bus, topic_of(service)):
            told = {name: value.decode("utf-8", "replace") for name, value in record.headers}
            reasons[told.get("dl_reason", "other")] += 1
            file.add(*lines.dead_letter(service, told))
        tally.dead[service] = reasons


def _write(out: Path, files: Files, kept: Mapping[str, set[Place]]) -> None:
    partial = {name: out / f".{name}.partial" for name in files}
    try:
        for name, content in files.items():
            _write_file(partial[name], content, kept.get(name))
    except OSError:
        for path in partial.values():
            path.unlink(missing_ok=True)  # on a full disk the room is worth more than half an export
        raise
    for name, path in partial.items():
        path.replace(out / name)


def _write_file(path: Path, content: SortedLines, places: set[Place] | None) -> None:
    """The lines of records at `places`, or of all."""
    with path.open("wb") as file:
        file.writelines(
            line + b"\n" for key, line in content.pairs() if places is None or lines.place_in(key) in places
        )


def _place(record: Record) -> Place:
    return Place(record.partition.number, record.offset)
