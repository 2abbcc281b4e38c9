"""The statements of the embedded log: plain functions over a connection, run on its thread.

Every write is one transaction. Every read is one statement, hence one snapshot, and leaves none open:
an open one would keep the write-ahead log from shrinking.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from services.stream import layout
from services.stream.batches import StoredRecord, count_in, pack, unpack_from
from services.stream.bus import Fenced, Output, Partition, Record, TopicSpec
from services.stream.groups import READERS
from services.stream.member import FetchRequest, FetchResult

FETCH_BYTES = 16 * 1024 * 1024
"""A fetch stops after the row that passes this."""


class FileCatalog(msgspec.Struct, frozen=True):
    """What is known of the file: its topics, their partitions' ids and ends."""

    topics: Mapping[str, TopicSpec]
    ids: Mapping[Partition, int]
    ends: dict[Partition, int]


class WriterClaim(msgspec.Struct, frozen=True):
    """A writer's right to a number of a group: void once the number has a higher epoch."""

    group: str
    number: int
    epoch: int


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # SQLite rolls back by itself after some errors, a full disk among them.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def read_catalog(db: sqlite3.Connection) -> FileCatalog:
    rows = db.execute("SELECT name, partitions, compact, retention_s FROM topics").fetchall()
    topics = {
        name: TopicSpec(name=name, partitions=count, compact=bool(compact), retention_s=retention_s)
        for name, count, compact, retention_s in rows
    }
    found = db.execute("SELECT topic, number, id, next_offset FROM partitions").fetchall()
    return FileCatalog(
        topics=topics,
        ids={Partition(topic, number): key for topic, number, key, _ in found},
        ends={Partition(topic, number): end for topic, number, _, end in found},
    )


def data_version(db: sqlite3.Connection) -> int:
    """Changes whenever another connection, of any process, has committed."""
    return int(db.execute("PRAGMA data_version").fetchone()[0])


def create(db: sqlite3.Connection, wanted: Sequence[TopicSpec]) -> FileCatalog:
    with transaction(db):
        # What groups have taken is known here, so no record needs an age for it.
        known = [replace(spec, lag_s=None) for spec in wanted]
        for spec in layout.to_create(read_catalog(db).topics, known):
            row = (spec.name, spec.partitions, spec.compact, spec.retention_s)
            db.execute("REPLACE INTO topics VALUES (?, ?, ?, ?)", row)
            db.executemany(
                "INSERT OR IGNORE INTO partitions (topic, number, next_offset) VALUES (?, ?, 0)",
                [(spec.name, number) for number in range(spec.partitions)],
            )
    return read_catalog(db)


def claim(db: sqlite3.Connection, group: str, number: int) -> WriterClaim:
    """A new epoch: every older claim on the number is void from now on."""
    with transaction(db):
        db.execute(
            "INSERT INTO writers VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1",
            (group, number),
        )
        (epoch,) = db.execute(
            "SELECT epoch FROM writers WHERE group_name = ? AND number = ?", (group, number)
        ).fetchone()
    return WriterClaim(group, number, epoch)


def publish(
    db: sqlite3.Connection,
    claim: WriterClaim,
    outputs: Mapping[int, Sequence[Output]],
    consumed: Mapping[int, int],
    now_us: int,
) -> dict[int, int]:
    """Append and commit by partition id, all or nothing; the new ends of what was appended to."""
    with transaction(db):
        ends = _verified_ends(db, claim, outputs)
        if outputs:
            ends = _append(db, outputs, ends, now_us)
        if consumed:
            _commit(db, claim.group, consumed)
    return ends


def placeholders(rows: int, columns: int) -> str:
    return ",".join([f"({','.join('?' * columns)})"] * rows)


def _verified_ends(db: sqlite3.Connection, claim: WriterClaim, partitions: Collection[int]) -> dict[int, int]:
    """The ends of the partitions, if the claim is still good."""
    # One row for everything, and below one statement for many rows, for the reason the schema gives.
    epoch, ends = db.execute(
        "SELECT epoch, (SELECT json_group_object(id, next_offset) FROM partitions"  # noqa: S608 - question marks
        f" WHERE id IN {placeholders(1, len(partitions))}) FROM writers WHERE group_name = ? AND number = ?",
        (*partitions, claim.group, claim.number),
    ).fetchone()
    if epoch != claim.epoch:
        raise Fenced(f"a newer writer owns number {claim.number} of group {claim.group!r}")
    return {int(partition): end for partition, end in json.loads(ends).items()}


def _append(
    db: sqlite3.Connection, outputs: Mapping[int, Sequence[Output]], ends: dict[int, int], now_us: int
) -> dict[int, int]:
    rows: list[int | bytes] = []
    for partition, end in ends.items():
        for batch in pack(_to_stored(outputs[partition], end, now_us)):
            rows += (partition, batch.last_offset, batch.oldest_us, batch.records)
    db.execute(f"INSERT INTO batches VALUES {placeholders(len(rows) // 4, 4)}", rows)  # noqa: S608
    ends = {partition: end + len(outputs[partition]) for partition, end in ends.items()}
    cases = " ".join(["WHEN ? THEN ?"] * len(ends))
    db.execute(
        f"UPDATE partitions SET next_offset = CASE id {cases} END WHERE id IN {placeholders(1, len(ends))}",  # noqa: S608
        [value for pair in ends.items() for value in pair] + list(ends),
    )
    return ends


def _to_stored(outputs: Sequence[Output], start: int, now_us: int) -> Iterator[StoredRecord]:
    for offset, output in enumerate(outputs, start):
        yield StoredRecord(offset, output.key, output.value, output.headers, output.timestamp_us or now_us)


def _commit(db: sqlite3.Connection, group: str, consumed: Mapping[int, int]) -> None:
    rows = [value for partition, following in consumed.items() for value in (group, partition, following)]
    db.execute(f"REPLACE INTO offsets VALUES {placeholders(len(consumed), 3)}", rows)  # noqa: S608


def groups(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT DISTINCT group_name FROM offsets ORDER BY 1").fetchall()]


def lowest_position(db: sqlite3.Connection, partition: int) -> int | None:
    """Below this every group that takes from the partition has taken its records; readers outside aside."""
    (lowest,) = db.execute(
        "SELECT MIN(next_offset) FROM offsets WHERE partition = ? AND group_name NOT GLOB ?",
        (partition, f"{READERS}*"),
    ).fetchone()
    return None if lowest is None else int(lowest)


def committed(db: sqlite3.Connection, group: str) -> dict[Partition, int]:
    rows = db.execute(
        "SELECT topic, number, offsets.next_offset FROM offsets"
        " JOIN partitions ON id = partition WHERE group_name = ?",
        (group,),
    )
    return {Partition(topic, number): following for topic, number, following in rows.fetchall()}


def committed_by(db: sqlite3.Connection, claim: WriterClaim) -> dict[Partition, int]:
    _verified_ends(db, claim, ())
    return committed(db, claim.group)


def end(db: sqlite3.Connection, partition: int) -> int:
    row = db.execute("SELECT next_offset FROM partitions WHERE id = ?", (partition,)).fetchone()
    return int(row[0])


def ends(db: sqlite3.Connection) -> dict[int, int]:
    """Of all partitions, by id."""
    return dict(db.execute("SELECT id, next_offset FROM partitions").fetchall())


def find(db: sqlite3.Connection, requests: Sequence[tuple[int, FetchRequest, int]]) -> list[FetchResult]:
    """Read by (partition id, request, its end as known before the call): all before that end is visible."""
    found = []
    left = FETCH_BYTES
    for partition, request, known_end in requests:
        if left <= 0:
            found.append(FetchResult([], request.start))
            continue
        records, read, at_end = _stretch(db, partition, request, left)
        left -= read
        following = records[-1].offset + 1 if records else request.start
        found.append(FetchResult(records, max(following, known_end) if at_end else following))
    return found


def _stretch(
    db: sqlite3.Connection, partition: int, request: FetchRequest, most_bytes: int
) -> tuple[list[Record], int, bool]:
    """Records, the bytes read for them, and whether the partition holds no more."""
    cursor = db.execute(
        "SELECT records FROM batches WHERE partition = ? AND last_offset >= ? ORDER BY last_offset",
        (partition, request.start),
    )
    records: list[Record] = []
    read = 0
    try:
        for (packed,) in cursor:
            if records and len(records) + count_in(packed) > request.limit:
                return records, read, False  # what is unpacked half is unpacked again
            records += unpack_from(request.partition, packed, request.start)
            read += len(packed)
            if len(records) >= request.limit or read >= most_bytes:
                return records[: request.limit], read, False
    finally:
        cursor.close()
    return records, read, True
