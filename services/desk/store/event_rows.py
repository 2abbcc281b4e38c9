"""Happenings and chains of them in the read model."""

from services.contracts.events import Event, Storyline
from services.desk.store import bodies
from services.desk.store.batch import Batch
from services.stream.bus import Record


def take(batch: Batch, record: Record, event: Event) -> None:
    batch.tally["events"] += 1
    batch.db.execute(
        "insert or replace into event values (?, ?, ?, 0, ?, ?, ?)",
        (
            event.event_id, event.storyline_id, event.merged_into,
            record.partition.number, record.offset, bodies.pack_json(record.value or b""),
        ),
    )  # fmt: skip
    if event.merged_into:
        batch.db.execute("delete from event_story where event_id = ?", (event.event_id,))
        return
    batch.db.execute("delete from event_story where event_id = ?", (event.event_id,))
    batch.db.executemany(
        "insert or replace into event_story values (?, ?)",
        [(story_id, event.event_id) for story_id in event.stories],
    )


def end(batch: Batch, record: Record) -> None:
    event_id = (record.key or b"").decode("utf-8", "replace")
    batch.db.execute("update event set gone = 1 where event_id = ?", (event_id,))
    batch.db.execute("delete from event_story where event_id = ?", (event_id,))


def take_storyline(batch: Batch, record: Record, line: Storyline) -> None:
    batch.tally["storylines"] += 1
    batch.db.execute(
        "insert or replace into storyline values (?, 0, ?, ?, ?)",
        (
            line.storyline_id, record.partition.number, record.offset,
            bodies.pack_json(record.value or b""),
        ),
    )  # fmt: skip


def end_storyline(batch: Batch, record: Record) -> None:
    line_id = (record.key or b"").decode("utf-8", "replace")
    batch.db.execute("update storyline set gone = 1 where storyline_id = ?", (line_id,))
