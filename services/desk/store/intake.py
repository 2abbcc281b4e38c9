"""Records into the read model: each kind by a module of its own; what cannot be used is counted by reason."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from services.contracts import wire
from services.contracts.articles import Watermark, Withdrawal
from services.contracts.events import Event, Storyline
from services.contracts.feeds import Feed, FeedState
from services.contracts.stories import Story
from services.contracts.topics import SPREAD, TOPICS
from services.desk.store import (
    article_rows,
    database,
    dead_rows,
    event_rows,
    feed_rows,
    story_rows,
    verdict_rows,
)
from services.desk.store.article_rows import ArticleRows
from services.desk.store.batch import Batch
from services.desk.store.cache import Cache
from services.desk.store.preparation import KINDS, Rows, job, prepare
from services.desk.store.story_rows import ChangeRows
from services.desk.store.verdict_rows import VerdictRows
from services.desk.views.frame import Texts
from services.stream.bus import Partition, Record

READ = (
    "articles", "relations", "story-changes", "stories", "events", "storylines", "feeds", "feed-state",
    *(topic.name for topic in TOPICS if topic.name.startswith(dead_rows.PREFIX)),
)  # fmt: skip
"""Topics, in the order in which they are read."""
OF_ROLES = tuple(topic.name for topic in SPREAD if topic.name.startswith(dead_rows.PREFIX))
"""Read after them where the log has them: where a dedup is spread."""
_PUT: Mapping[type[Rows], Callable[[Batch, Any], None]] = {
    ArticleRows: article_rows.put,
    VerdictRows: verdict_rows.put,
    ChangeRows: story_rows.put_change,
}
_TAKE: Mapping[type[msgspec.Struct], Callable[[Batch, Record, Any], None]] = {
    Withdrawal: article_rows.take_withdrawal,
    Watermark: article_rows.take_watermark,
    Event: event_rows.take,
    Storyline: event_rows.take_storyline,
    Feed: feed_rows.take,
    FeedState: feed_rows.take_state,
}
_END: Mapping[str, Callable[[Batch, Record], None]] = {
    "stories": story_rows.end,
    "events": event_rows.end,
    "storylines": event_rows.end_storyline,
    "feeds": feed_rows.end,
    "feed-state": feed_rows.end_state,
}
"""What a tombstone does, by topic."""


def take(
    db: sqlite3.Connection,
    records: Sequence[Record],
    texts: Texts,
    cache: Cache | None = None,
    rows: Sequence[Rows | None] | None = None,
) -> Batch:
    """Take records and note how far each partition was read, in one transaction.

    `cache`: kept from batch to batch of one file. `rows`: of each record, where they are prepared.
    """
    if rows is None:
        rows = prepare([job(record) for record in records], texts)
    cache = cache or Cache()
    batch = Batch(db, texts, cache)
    try:
        with database.transaction(db):
            for record, prepared in zip(records, rows, strict=True):
                _take(batch, record, prepared)
            _note(db, records)
            batch.flush()
    except BaseException:
        cache.clear()  # what it holds was not written
        raise
    batch.db.close()  # an open cursor keeps a file from being closed
    return batch


def _take(batch: Batch, record: Record, rows: Rows | None) -> None:
    topic = record.partition.topic
    batch.tally[f"read {topic}"] += 1
    if topic.startswith(dead_rows.PREFIX):
        dead_rows.take(batch, record)
    elif record.value is None:
        _tombstone(batch, record)
    elif rows is not None:
        _PUT[type(rows)](batch, rows)
    else:
        _value(batch, record, record.value)


def _tombstone(batch: Batch, record: Record) -> None:
    end = _END.get(record.partition.topic)
    if end is None:
        batch.skip(record, "tombstone")
    else:
        end(batch, record)


def _value(batch: Batch, record: Record, value: bytes) -> None:
    kind = wire.kind_of(record.headers)
    if kind is Story and record.partition.topic == "stories":
        take: Callable[[Batch, Record, Any], None] | None = story_rows.take
    else:
        take = _TAKE.get(kind) if kind else None
    if kind in KINDS:
        batch.skip(record, "undecodable")  # it could not be prepared
        return
    if kind is None or take is None:
        canary = kind is not None and kind.__name__.startswith("Canary")
        batch.skip(record, "canary" if canary else "unknown-type")
        return
    try:
        content = wire.decode(kind, value)
    except (msgspec.MsgspecError, RecursionError):
        batch.skip(record, "undecodable")
        return
    take(batch, record, content)


def _note(db: sqlite3.Connection, records: Sequence[Record]) -> None:
    last = {record.partition: record for record in records}
    db.executemany(
        "insert or replace into place values (?, ?, ?, ?)",
        [(at.topic, at.number, one.offset + 1, one.timestamp_us) for at, one in last.items()],
    )


def positions(db: sqlite3.Connection) -> dict[Partition, int]:
    """Next offset to read of each partition that was begun."""
    rows = db.execute("select topic, partition, next from place")
    return {Partition(topic, number): next_ for topic, number, next_ in rows}
