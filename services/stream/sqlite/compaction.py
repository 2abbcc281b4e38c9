"""Rewriting partitions without what the log may forget.

Two passes over a partition: a reader notes the last offset of each key, then the writer goes through
the rows in ascending order, a few at a time in a transaction of their own. That order makes it
safe to be killed, and to run beside publishes and other compactions: when a tombstone goes, every
older record of its key has gone before it.
"""

import sqlite3
from collections.abc import Mapping, Sequence

from services.stream.batches import Batch, StoredRecord, pack, unpack
from services.stream.retention import CleanupRule, last_offsets, survives
from services.stream.sqlite.tables import placeholders, transaction

CHUNK_ROWS = 32
"""Rows in one transaction: publishes wait for it."""


def note_keys(db: sqlite3.Connection, partition: int, after: int, known: dict[bytes, int]) -> int | None:
    """First pass: add the keys of the next rows to `known`, return where to go on, None at the end."""
    rows = _rows(db, partition, after, None)
    for row in rows:
        last_offsets(unpack(row.records), known)
    return rows[-1].last_offset if rows else None


def rewrite(
    db: sqlite3.Connection, partition: int, after: int, rule: CleanupRule, last: Mapping[bytes, int]
) -> int | None:
    """Second pass: rewrite the next rows, return where to go on, None at the end."""
    with transaction(db):
        rows = _rows(db, partition, after, None if rule.compact else rule.horizon_us)
        stored = [unpack(row.records) for row in rows]
        kept = [[one for one in records if survives(one, rule, last)] for records in stored]
        # Rows of a compacted topic are neighbours and may be joined; others may have rows between them.
        joined = [[one for records in kept for one in records]] if rule.compact else kept
        batches = [batch for records in joined for batch in pack(records)]
        if _gain(stored, kept, batches):
            _replace(db, partition, rows, batches)
    return rows[-1].last_offset if rows else None


def _rows(db: sqlite3.Connection, partition: int, after: int, before_us: int | None) -> list[Batch]:
    return [
        Batch(*row)
        for row in db.execute(
            "SELECT last_offset, oldest_us, records FROM batches"
            " WHERE partition = ? AND last_offset > ? AND (? IS NULL OR oldest_us < ?)"
            " ORDER BY last_offset LIMIT ?",
            (partition, after, before_us, before_us, CHUNK_ROWS),
        ).fetchall()
    ]


def _gain(
    stored: Sequence[Sequence[StoredRecord]], kept: Sequence[Sequence[StoredRecord]], batches: Sequence[Batch]
) -> bool:
    dropped = sum(map(len, kept)) < sum(map(len, stored))
    return dropped or len(batches) <= len(stored) // 2


def _replace(db: sqlite3.Connection, partition: int, rows: Sequence[Batch], batches: Sequence[Batch]) -> None:
    db.execute(
        f"DELETE FROM batches WHERE partition = ? AND last_offset IN {placeholders(1, len(rows))}",  # noqa: S608
        (partition, *(row.last_offset for row in rows)),
    )
    if batches:
        values = [
            value for one in batches for value in (partition, one.last_offset, one.oldest_us, one.records)
        ]
        db.execute(f"INSERT INTO batches VALUES {placeholders(len(batches), 4)}", values)  # noqa: S608
