"""Opening the read model: one who writes, many who read, and files that are made anew beside the old."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.desk.store import schema

WAL_BYTES = 64 << 20
CACHE_KIB = 32_000
UNREAD_CACHE_KIB = 320_000
"""Ids come in no order, so that a page of an index that is not held is read again for nearly every row."""
READER_CACHE_KIB = 8_000
MOST_DESKS = 16
"""Files beside each other at one place, each with a Desk of its own."""


class Place:
    """The file of one Desk, held as long as it runs: a second one on this machine gets a file of its own."""

    def __init__(self, file: Path) -> None:
        """Raises `OSError` where nothing can be written there."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file, self._lock = _held(file)

    @property
    def beside(self) -> Path:
        """Where the file is made anew."""
        return self.file.with_name(f"{self.file.name}.new")

    def close(self) -> None:
        os.close(self._lock)


def _held(file: Path) -> tuple[Path, int]:
    for number in range(MOST_DESKS):
        path = file if not number else file.with_name(f"{file.stem}-{number + 1}{file.suffix}")
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        return path, lock
    raise OSError(f"{file}: {MOST_DESKS} Desks keep their files there already")


def stamps(file: Path) -> tuple[int, int]:
    """Of tables and of intake; zeros where there is no such file, or none of ours."""
    if not file.is_file():
        return 0, 0
    try:
        db = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
        try:
            (tables,) = db.execute("pragma application_id").fetchone()
            (intake,) = db.execute("pragma user_version").fetchone()
        finally:
            db.close()
    except sqlite3.DatabaseError:
        return 0, 0
    return tables, intake


def create(file: Path, texts: str) -> sqlite3.Connection:
    """An empty read model; what lay there is gone."""
    remove(file)
    db = open_for_writing(file)
    db.executescript(schema.TABLES + schema.INDEXES)
    _stamp(db, texts)
    return db


def create_unread(file: Path) -> sqlite3.Connection:
    """The same as one transaction that nobody reads before it is `complete`: a third of the time.

    Without a journal: what does not come so far is to be made anew.
    """
    remove(file)
    db = _connect(file, UNREAD_CACHE_KIB)
    db.execute("pragma journal_mode = off")
    db.execute("pragma synchronous = off")
    db.execute("pragma locking_mode = exclusive")
    db.executescript(schema.TABLES)
    db.execute("insert into hit (hit, rank) values ('automerge', 0)")
    db.execute("begin immediate")
    return db


def complete(db: sqlite3.Connection, texts: str) -> None:
    """The file holds all that it is to hold: put what pages ask for into order, and close it."""
    db.execute("insert into hit (hit, rank) values ('automerge', 4)")
    db.execute("commit")
    db.executescript(schema.INDEXES)
    _stamp(db, texts)
    db.close()


def _stamp(db: sqlite3.Connection, texts: str) -> None:
    db.execute(f"pragma application_id = {schema.tables_stamp()}")
    db.execute(f"pragma user_version = {schema.intake_stamp(texts)}")


def open_for_writing(file: Path) -> sqlite3.Connection:
    db = _connect(file, CACHE_KIB)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = normal")  # it can be lost: it is made from the topics
    db.execute(f"pragma journal_size_limit = {WAL_BYTES}")
    db.execute("pragma temp_store = memory")
    return db


def _connect(file: Path, cache_kib: int) -> sqlite3.Connection:
    db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, cached_statements=512)
    file.chmod(0o600)
    db.execute(f"pragma cache_size = -{cache_kib}")
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; within the one of a file that nobody reads yet, which either is whole or is lost."""
    if db.in_transaction:
        yield
        return
    db.execute("begin immediate")
    try:
        yield
        db.execute("commit")
    except BaseException:
        db.execute("rollback")
        raise


def open_for_reading(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    db.execute("pragma query_only = 1")
    # Not mapped into memory: each thread's view of it would count as memory of the Desk.
    db.execute(f"pragma cache_size = -{READER_CACHE_KIB}")
    return db


def remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + ending).unlink()


def replace(new: Path, old: Path) -> None:
    """Put a file that is complete and closed in the place of another. Who reads the old one may go on."""
    remove(old)
    new.rename(old)
