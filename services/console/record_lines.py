"""One record for the eye or for a pipe."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from rich.text import Text

from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle, CanaryCluster
from services.contracts.clusters import Cluster
from services.contracts.events import Event, EventReport, EventState, Storyline, StorylineState
from services.contracts.facts import ArticleFacts
from services.contracts.feeds import Feed, FeedMark, FeedPast, FeedState
from services.contracts.relations import Relation, Verdict
from services.contracts.sketches import Remembered, ShardClock
from services.contracts.spread import StageBlock
from services.contracts.stories import Story, StoryChange
from services.stream.bus import Record

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WIDTH = 100


def type_name(record: Record) -> str | None:
    """`Article`, `Story` …; None for what is not one of ours, such as dead letters."""
    try:
        return wire.type_of(dict(record.headers)).__name__
    except wire.UnknownType:
        return None


def json_line(record: Record, *, named: bool = False) -> bytes:
    """Key, type, time, partition, offset and value; for a dead letter also what its headers tell.

    `named`: with the topic, where records of several go side by side.
    """
    topic = {"topic": record.partition.topic} if named else {}
    line: dict[str, Any] = topic | {
        "key": _readable(record.key),
        "type": type_name(record),
        "time": time_of(record),
        "partition": record.partition.number,
        "offset": record.offset,
        "value": _value(record),
    }
    if line["type"] is None and record.headers:
        line["headers"] = {name: _readable(value) for name, value in record.headers}
    return msgspec.json.encode(line)


def pretty(record: Record, *, named: bool = False) -> Text:
    """One line of at most `WIDTH` characters of content, without control characters."""
    name = type_name(record)
    head = Text()
    head.append(time_of(record).strftime("%Y-%m-%d %H:%M:%S "), style="dim")
    topic = f"{record.partition.topic}/" if named else ""
    head.append(f"{topic}{record.partition.number}/{record.offset} ", style="dim")
    head.append(f"{name or 'record'} ", style="bold cyan")
    return head.append(_printable(_summary(record, name))[:WIDTH])


def time_of(record: Record) -> datetime:
    return EPOCH + timedelta(microseconds=record.timestamp_us)


def _summary(record: Record, name: str | None) -> str:
    key = _readable(record.key) or ""
    if record.value is None:
        return f"{key} (tombstone)"
    if name is None:
        return "; ".join(f"{field}: {_readable(value)}" for field, value in record.headers) or key
    try:
        content = wire.read(dict(record.headers), record.value)
    except msgspec.MsgspecError as error:
        return f"{key} (unreadable: {error})"
    return _TOLD[type(content)](content)


def _story(story: Story) -> str:
    ended = f" → merged into {story.merged_into}" if story.merged_into else ""
    return f"{story.headline} ({len(story.articles)} articles, revision {story.revision}){ended}"


def _verdict(verdict: Verdict) -> str:
    if verdict.outcome == "screened":
        return f"{verdict.url} screened: {verdict.reason}"
    kinds = ", ".join(map(_relation, verdict.relations))
    return f"{verdict.url} {kinds or 'stands alone'}"


def _relation(relation: Relation) -> str:
    more = f" and {relation.others:,} more" if relation.others else ""
    return f"{relation.kind} of {relation.other_url}{more}"


_TOLD: Mapping[type[msgspec.Struct], Callable[[Any], str]] = {
    Article: lambda article: f"{article.source}: {article.title} ({article.language}) {article.url}",
    Withdrawal: lambda gone: f"{gone.url} withdrawn at {gone.at}: {gone.note}",
    StageBlock: lambda block: f"{block.kind} of shard {block.shard}, rows {block.start} to {block.stop}",
    Watermark: lambda mark: f"origin {mark.origin} of {mark.origins} has published up to {mark.at}",
    Feed: lambda feed: f"{feed.source}: {feed.url}",
    FeedState: lambda state: f"{state.url or state.feed_id} {state.status} {state.reason}",
    FeedPast: lambda past: f"{past.feed_id} listed {len(past.seen)} more entries",
    FeedMark: lambda mark: f"{mark.feed_id} {mark.status} {mark.reason}",
    Verdict: _verdict,
    Cluster: lambda cluster: f"{cluster.story_id} {cluster.change}: {len(cluster.members)} articles",
    Story: _story,
    StoryChange: lambda change: f"{change.change}: {_story(change.story)}",
    Event: lambda event: f"{event.line or event.title} ({len(event.stories)} stories)",
    Storyline: lambda line: f"{line.title} ({len(line.events)} events, {len(line.articles)} articles)",
    EventReport: lambda report: f"{report.story_id} compared by {len(report.words)} terms",
    EventState: lambda event: f"{event.event_id} of {len(event.stories)} stories",
    StorylineState: lambda line: f"{line.storyline_id} of {len(line.events)} events",
    Remembered: lambda version: f"{version.article.url} {version.verdict.outcome}",
    ShardClock: lambda clock: f"has taken all before offset {clock.taken} of articles",
    ArticleFacts: lambda known: f"what {known.article_id} says: {len(known.facts.names)} names",
    CanaryArticle: lambda canary: f"canary of {canary.article.first_seen_at}",
    CanaryCluster: lambda canary: f"canary of {canary.cluster.at}",
}


def _value(record: Record) -> Any:
    value = record.value
    if value is None:
        return None
    kind = wire.kind_of(record.headers)
    try:
        told = value if kind is None else wire.as_json(kind, value)
        return msgspec.Raw(msgspec.json.format(told, indent=-1) if b"\n" in told else _json(told))
    except msgspec.MsgspecError:
        return _readable(value)


def _json(value: bytes) -> bytes:
    msgspec.json.decode(value, type=msgspec.Raw)
    return value


def _readable(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
