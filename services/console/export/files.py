"""The log as files: one JSON object a line, in an order that depends on the content alone.

Equal input gives equal bytes on any bus, at any speed, with any number of workers. Each topic is read
once; which of its records are the latest is known at its end, so the lines of all are sorted (on disk
where they are many) and those of older records are left out on the way into the file. Files appear under
their names only when all of them are complete.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from services.console.export import lines
from services.console.export.lines import Position
from services.console.export.sorted_lines import Pair, SortedLines
from services.console.export.tally import COMPLAINTS, Tally
from services.console.feeds.account import account_of
from services.console.feeds.census import Census
from services.console.feeds.complaints import past_complaint, worst_first
from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle
from services.contracts.events import Event, Storyline
from services.contracts.relations import Verdict
from services.contracts.stories import Story, StoryChange
from services.ops.outcomes import OTHER, SERVICES
from services.stream.bus import Bus, Record
from services.stream.dead_letters import topic_of

HISTORY = "history.jsonl"
SORTED = (
    "articles.jsonl",
    "withdrawals.jsonl",
    "relations.jsonl",
    "stories.jsonl",
    "events.jsonl",
    "storylines.jsonl",
    "screened.jsonl",
    "story-changes.jsonl",
    "dead-letters.jsonl",
    "feeds.jsonl",
)
FILES = (SORTED[0], HISTORY, *SORTED[1:])
Files = Mapping[str, SortedLines]


class Sighting(NamedTuple):
    """When something was seen, and the record that says so."""

    at: datetime
    position: Position


class LatestArticle(NamedTuple):
    """What an article shows; the largest tuple is the latest."""

    seen: Sighting
    version_id: str
    url: str


class ArticlesShown(NamedTuple):
    """The articles as they stand, by id."""

    shown: Mapping[str, LatestArticle]
    first: Mapping[tuple[str, str], Sighting]
    """The first sight of each version at each address: it speaks for the version in every file."""
    withdrawn: Mapping[str, Sighting]

    def positions(self) -> set[Position]:
        return {self.first[shown.version_id, shown.url].position for shown in self.shown.values()}


class LatestVerdict(NamedTuple):
    """The verdict that the files show of an article; the largest tuple is the latest."""

    fits: bool
    """It is of the version that the articles file shows."""
    at: datetime
    position: Position
    verdict: "VerdictSummary"


class VerdictSummary(msgspec.Struct, frozen=True, order=True):
    """What the summary counts of a verdict."""

    screened: str
    kinds: tuple[str, ...]
    counted: int


class Looks(NamedTuple):
    """How a version was decided, and what came of the pairs that were looked at for it."""

    outcome: str
    verified: int
    answers: Mapping[str, int]
    left_out: int


async def export(bus: Bus, out: Path) -> Tally:
    """Write all of `FILES` into the directory `out`, and count. Raises `OSError` where that fails."""
    tally = Tally()
    with ExitStack() as opened:
        files = {name: opened.enter_context(SortedLines(out)) for name in SORTED}
        kept: dict[str, set[Position]] = {}
        standing = await _articles(bus, files, tally)
        kept["articles.jsonl"] = standing.positions()
        kept["withdrawals.jsonl"] = {seen.position for seen in standing.withdrawn.values()}
        said = await _verdicts(bus, standing.shown, files, tally)
        kept["relations.jsonl"] = kept["screened.jsonl"] = {verdict.position for verdict in said.values()}
        kept["stories.jsonl"] = await _stories(bus, files["stories.jsonl"], tally)
        kept["events.jsonl"] = await _events(bus, files["events.jsonl"], tally)
        kept["storylines.jsonl"] = await _storylines(bus, files["storylines.jsonl"], tally)
        await _changes(bus, files["story-changes.jsonl"], tally)
        await _dead_letters(bus, files["dead-letters.jsonl"], tally)
        await _feeds(bus, files["feeds.jsonl"], tally)
        await asyncio.to_thread(_write, out, files, kept)
    return tally


async def _articles(bus: Bus, files: Files, tally: Tally) -> ArticlesShown:
    shown: dict[str, LatestArticle] = {}
    first: dict[tuple[str, str], Sighting] = {}
    withdrawn: dict[str, Sighting] = {}
    async for record in scan(bus, "articles"):
        content = _content(record)
        if isinstance(content, Article):
            tally.records += 1
            seen = Sighting(content.first_seen_at, _position(record))
            this = LatestArticle(seen, content.version_id, content.url)
            shown[content.article_id] = max(this, shown.get(content.article_id, this))
            version = (content.version_id, content.url)
            first[version] = min(seen, first.get(version, seen))
            key = lines.time_key(content.first_seen_at, content.article_id)
            files["articles.jsonl"].add(lines.with_position(key, seen.position), lines.whole(content))
        elif isinstance(content, Withdrawal):
            seen = Sighting(content.at, _position(record))
            withdrawn[content.article_id] = max(seen, withdrawn.get(content.article_id, seen))
            key = lines.time_key(content.at, content.article_id)
            files["withdrawals.jsonl"].add(lines.with_position(key, seen.position), lines.whole(content))
        else:
            tally.unreadable += not isinstance(content, Watermark | CanaryArticle)
    standing = ArticlesShown(shown, first, _not_shown_again(withdrawn, shown))
    tally.versions, tally.articles = len({version for version, _ in first}), len(shown)
    tally.withdrawn = len(standing.withdrawn)
    return standing


def _not_shown_again(
    withdrawn: Mapping[str, Sighting], shown: Mapping[str, LatestArticle]
) -> dict[str, Sighting]:
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


async def _verdicts(
    bus: Bus, shown: Mapping[str, LatestArticle], files: Files, tally: Tally
) -> Mapping[str, LatestVerdict]:
    latest: dict[str, LatestVerdict] = {}
    looks: dict[str, Looks] = {}
    async for record in scan(bus, "relations"):
        if not is_a(record, Verdict):
            continue
        verdict = wire.decode(Verdict, record.value or b"")
        answers = verdict.answers or {OTHER: verdict.candidates}
        looks[verdict.version_id] = Looks(verdict.outcome, verdict.candidates, answers, verdict.left_out)
        article = shown.get(verdict.article_id)
        fits = article is not None and article.version_id == verdict.version_id
        this = LatestVerdict(fits, verdict.first_seen_at, _position(record), _summary(verdict))
        latest[verdict.article_id] = max(this, latest.get(verdict.article_id, this))
        _verdict_lines(verdict, this.position, files)
    for look in looks.values():
        tally.decided[look.outcome] += 1
        tally.verified += look.verified
        tally.answers.update(look.answers)
        tally.left_out += look.left_out
    for said in latest.values():
        tally.relations.update(said.verdict.kinds)
        tally.counted += said.verdict.counted
        tally.screened.update([said.verdict.screened] if said.verdict.screened else [])
    return latest


def _summary(verdict: Verdict) -> VerdictSummary:
    screened = (verdict.reason or "other") if verdict.outcome == "screened" else ""
    return VerdictSummary(
        screened,
        tuple(relation.kind for relation in verdict.relations),
        sum(relation.others for relation in verdict.relations),
    )


def _verdict_lines(verdict: Verdict, position: Position, files: Files) -> None:
    if verdict.outcome == "screened":
        key = lines.time_key(verdict.first_seen_at, verdict.article_id)
        files["screened.jsonl"].add(lines.with_position(key, position), lines.screened(verdict))
    for refusal in verdict.refused:
        key = lines.time_key(verdict.first_seen_at, verdict.article_id, refusal.other_article_id)
        files["screened.jsonl"].add(lines.with_position(key, position), lines.refusal_line(verdict, refusal))
    for relation in verdict.relations:
        key = lines.time_key(verdict.first_seen_at, verdict.article_id, relation.other_article_id)
        files["relations.jsonl"].add(lines.with_position(key, position), lines.relation(verdict, relation))


async def _stories(bus: Bus, file: SortedLines, tally: Tally) -> set[Position]:
    """Where the stories are that stand, as compaction would leave them: a tombstone ends an id."""
    standing: dict[bytes | None, tuple[Position, bool]] = {}
    async for record in scan(bus, "stories"):
        if record.value is None:
            standing.pop(record.key, None)
        elif is_a(record, Story):
            story = wire.decode(Story, record.value)
            standing[record.key] = _position(record), len(story.articles) > 1
            key = lines.time_key(story.first_seen_at, story.story_id)
            file.add(lines.with_position(key, _position(record)), lines.whole(story))
    tally.stories = len(standing)
    tally.shared = sum(several for _, several in standing.values())
    return {position for position, _ in standing.values()}


async def _events(bus: Bus, file: SortedLines, tally: Tally) -> set[Position]:
    standing: dict[bytes | None, Position] = {}
    async for record in scan(bus, "events"):
        if record.value is None:
            standing.pop(record.key, None)
        elif is_a(record, Event):
            event = wire.decode(Event, record.value)
            standing[record.key] = _position(record)
            key = lines.time_key(event.first_seen_at, event.event_id)
            file.add(lines.with_position(key, _position(record)), lines.whole(event))
    tally.events = len(standing)
    return set(standing.values())


async def _storylines(bus: Bus, file: SortedLines, tally: Tally) -> set[Position]:
    standing: dict[bytes | None, Position] = {}
    async for record in scan(bus, "storylines"):
        if record.value is None:
            standing.pop(record.key, None)
        elif is_a(record, Storyline):
            line = wire.decode(Storyline, record.value)
            standing[record.key] = _position(record)
            key = lines.time_key(line.first_seen_at, line.storyline_id)
            file.add(lines.with_position(key, _position(record)), lines.whole(line))
    tally.storylines = len(standing)
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


async def _feeds(bus: Bus, file: SortedLines, tally: Tally) -> None:
    """Those that are followed, and those of a recording."""
    census = Census()
    await census.refresh(bus)
    known = census.known()
    for one in known:
        tally.feeds[one.status] += 1
        tally.entries.update(account_of(one.state).fates if one.state else {})
        file.add(*lines.feed(one))
    ill = sorted(filter(past_complaint, known), key=worst_first)
    tally.complained = len(ill)
    tally.complaints = [past_complaint(one) for one in ill[:COMPLAINTS]]


def _write(out: Path, files: Files, kept: Mapping[str, set[Position]]) -> None:
    partial = {name: out / f".{name}.partial" for name in FILES}
    try:
        for name, content in files.items():
            _write_lines(partial[name], _kept(content, kept.get(name)))
        _write_lines(partial[HISTORY], _history(files, kept["articles.jsonl"]))
    except OSError:
        for path in partial.values():
            path.unlink(missing_ok=True)  # on a full disk the room is worth more than half an export
        raise
    for name, path in partial.items():
        path.replace(out / name)


def _kept(content: SortedLines, positions: set[Position] | None) -> Iterator[Pair]:
    """The lines of records at `positions`, or of all."""
    return (pair for pair in content.pairs() if positions is None or lines.position_in(pair[0]) in positions)


def _history(files: Files, shown: set[Position]) -> Iterator[Pair]:
    """All that was seen and is in no line of `articles.jsonl`, every withdrawal included."""
    articles = files["articles.jsonl"].pairs()
    before = (pair for pair in articles if lines.position_in(pair[0]) not in shown)
    return heapq.merge(before, files["withdrawals.jsonl"].pairs())


def _write_lines(path: Path, pairs: Iterator[Pair]) -> None:
    with path.open("wb") as file:
        file.writelines(line + b"\n" for _, line in pairs)


def _position(record: Record) -> Position:
    return Position(record.partition.number, record.offset)
