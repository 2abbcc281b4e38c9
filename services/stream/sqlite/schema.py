"""The file format of the embedded log, and opening it.

Records lie in batches, as in Kafka: one row holds the records one publish appended to one
partition, in MessagePack. Not for compactness: Python's sqlite3 gives up the interpreter lock at
every row it steps over, and beside a thread that computes it waits up to 5 ms to get it back. Row
by row, a publish of 256 records took 650 ms beside a busy thread, as one row 8 ms (SQLite 3.40).
"""

import sqlite3
import time
from pathlib import Path

from services.stream.bus import Fatal

APPLICATION_ID = int.from_bytes(b"NwFd", "big")
FORMAT = 1
BUSY_S = 5.0
"""How long a statement waits for another process's lock."""
_PAGE_BYTES, _LARGE_PAGE_BYTES = 8192, 32768
"""Of a log whose commits are waited for, which write each page they touch; and of one whose are not, where
fewer calls for what is published count for more."""
_CACHE_KIB = 32 * 1024
_CHECKPOINT_PAGES = 2000
_WAL_BYTES = 64 * 1024 * 1024
"""The size a write-ahead log is cut back to once it grew beyond."""
_MAPPED_BYTES = 1 << 30
"""So much of a log that need not outlive the machine is read where it lies: a disk that fails under a mapped
file ends the process, where one that is read by calls gives an error."""

_TABLES = (
    """CREATE TABLE topics (
        name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, compact INTEGER NOT NULL, retention_s INTEGER
    ) WITHOUT ROWID""",
    # The next offset outlives the records, so that no offset is ever given twice.
    """CREATE TABLE partitions (
        id INTEGER PRIMARY KEY, topic TEXT NOT NULL, number INTEGER NOT NULL, next_offset INTEGER NOT NULL,
        UNIQUE (topic, number)
    )""",
    # Keyed by the last offset, so that the batch an offset lies in is the first at or after it.
    """CREATE TABLE batches (
        partition INTEGER NOT NULL, last_offset INTEGER NOT NULL, oldest_us INTEGER NOT NULL,
        records BLOB NOT NULL, PRIMARY KEY (partition, last_offset)
    ) WITHOUT ROWID""",
    """CREATE TABLE offsets (
        group_name TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
        PRIMARY KEY (group_name, partition)
    ) WITHOUT ROWID""",
    """CREATE TABLE writers (
        group_name TEXT NOT NULL, number INTEGER NOT NULL, epoch INTEGER NOT NULL,
        PRIMARY KEY (group_name, number)
    ) WITHOUT ROWID""",
)


def connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    """Open the log, or make it where there is nothing yet.

    Raises `Fatal` for a file that is not ours or of another format, and sqlite3's errors.
    """
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        db.execute(f"PRAGMA page_size = {_PAGE_BYTES if durable else _LARGE_PAGE_BYTES}")
        if _is_empty(db):
            _create(db, path)
        _check(db, path)
        db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        db.execute(f"PRAGMA mmap_size = {0 if durable else _MAPPED_BYTES}")
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    except BaseException:
        db.close()
        raise
    return db


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


def _is_empty(db: sqlite3.Connection) -> bool:
    return _pragma(db, "schema_version") == 0 and _pragma(db, "application_id") == 0


def _create(db: sqlite3.Connection, path: Path) -> None:
    mode = _switch_to_wal(db)
    if mode != "wal":
        raise Fatal(f"log {path}: this file system cannot hold a write-ahead log; use a local disk")
    db.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been first between the look and the lock.
        if _is_empty(db):
            for table in _TABLES:
                db.execute(table)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {FORMAT}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _switch_to_wal(db: sqlite3.Connection) -> str:
    """The journal mode afterwards. SQLite does not wait for a lock here, so we do."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            return str(db.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _check(db: sqlite3.Connection, path: Path) -> None:
    if _pragma(db, "application_id") != APPLICATION_ID:
        raise Fatal(f"log {path}: this SQLite file is not a Newsfold log; name another file")
    found = _pragma(db, "user_version")
    if found != FORMAT:
        raise Fatal(
            f"log {path}: its format is {found}, this version reads {FORMAT}; "
            "open it with the version that wrote it, or start a new log"
        )
