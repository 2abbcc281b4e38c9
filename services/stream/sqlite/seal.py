"""A log that is moved elsewhere takes nothing more: the file itself refuses, whoever writes to it.

The refusal is made of triggers, so it holds for every process and every version of the code, also for
one that has the file open. Reading goes on.
"""

import sqlite3

import msgspec

from services.stream.sqlite.tables import transaction

_GUARDED = (("batches", "INSERT"), ("writers", "INSERT"), ("writers", "UPDATE"), ("offsets", "INSERT"))


class Seal(msgspec.Struct, frozen=True):
    """Where the log moves to; `done` once nothing of the move is left to do."""

    to: str
    done: bool


def read_seal(db: sqlite3.Connection) -> Seal | None:
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'seal'").fetchone() is None:
        return None
    to, done = db.execute("SELECT target, done FROM seal").fetchone()
    return Seal(to, bool(done))


def seal(db: sqlite3.Connection, to: str) -> None:
    """What was published before is in; whoever publishes from now on is refused with a sentence."""
    told = f"it moves to {to}: run the services there".replace("'", "''")
    with transaction(db):
        db.execute("CREATE TABLE seal (target TEXT NOT NULL, done INTEGER NOT NULL)")
        db.execute("INSERT INTO seal VALUES (?, 0)", (to,))
        for table, act in _GUARDED:
            # A trigger takes no parameters; `told` is quoted above.
            db.execute(
                f"CREATE TRIGGER seal_{table}_{act} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{told}'); END"
            )


def finish_seal(db: sqlite3.Connection) -> None:
    db.execute("UPDATE seal SET done = 1")


def unseal(db: sqlite3.Connection) -> None:
    with transaction(db):
        for table, act in _GUARDED:
            db.execute(f"DROP TRIGGER seal_{table}_{act}")
        db.execute("DROP TABLE seal")
