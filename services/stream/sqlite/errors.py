"""What SQLite says, said for people. Codes: https://www.sqlite.org/rescode.html"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from services.stream.bus import BusError, Fatal, Retry

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FATAL = {
    sqlite3.SQLITE_FULL: "the disk is full; make room and start again, what was acknowledged is safe",
    sqlite3.SQLITE_IOERR: "reading or writing failed; look at the disk's space, quota and health",
    sqlite3.SQLITE_CONSTRAINT: "nothing more is written to this log",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore a copy or start a new log",
    sqlite3.SQLITE_NOTADB: "this is not a SQLite file; name another file",
    sqlite3.SQLITE_READONLY: "the file may not be written; look at its owner, its mode and the mount",
    sqlite3.SQLITE_PERM: "access was refused; look at its owner and mode",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; look whether its directory exists and may be written",
}


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into `Retry` and `Fatal` that name the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error
    except msgspec.MsgspecError as error:
        raise Fatal(f"log {path}: {_FATAL[sqlite3.SQLITE_CORRUPT]} ({error})") from error


def translate(error: sqlite3.Error, path: Path) -> BusError:
    # The low byte is the primary code; errors of the Python module itself carry none.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _LOCKED:
        return Retry(f"log {path}: another process holds the lock ({error})")
    return Fatal(f"log {path}: {_FATAL.get(code, 'SQLite refused')} ({error})")
