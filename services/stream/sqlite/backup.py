"""A copy of the log as of one moment, taken while services write to it, and proved before it is used.

The copy is read in one read transaction. In WAL mode that holds up no writer; what is written
meanwhile stays in the write-ahead log until the copy is done. Beside the copy lies its SHA-256, in the form
`sha256sum -c` reads. Nothing ever stands under a name before it is whole, and nothing is overwritten.
"""

import errno
import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from services.stream.bus import Fatal, Partition
from services.stream.sqlite import tables
from services.stream.sqlite.errors import for_people
from services.stream.sqlite.schema import connect

Told = Callable[[int, int], None]
"""Told (done, total)."""
STEP_PAGES = 1024
"""Pages of 8 KiB copied at a time."""
_CHUNK_BYTES = 1 << 20
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}
"""File systems without hard links."""


class Refused(Fatal):
    """Nothing was put in place."""


class Exists(Refused):
    """Something stands where the file was to go."""


def digest_path(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.sha256")


def back_up(log: Path, copy: Path, told: Told) -> dict[Partition, int]:
    """The ends of the partitions in the copy. Raises `Refused` where `copy` exists; `Retry`, `Fatal`."""
    _refuse_existing(copy)
    part = copy.with_name(f"{copy.name}.part")
    _discard(part)
    try:
        with for_people(log), closing(connect(log, durable=True)) as db:
            # With a transaction that has read, commits of others do not start the copy anew.
            db.execute("BEGIN")
            ends = tables.catalog(db).ends
            _copy(db, part, told)
        _prove(part)
        digest_path(copy).write_text(f"{_digest(part)}  {copy.name}\n")
        _put(part, copy)
    except OSError as error:
        raise Fatal(f"{copy}: {error.strerror or error}") from error
    finally:
        _discard(part)
    return ends


def restore(copy: Path, log: Path) -> dict[Partition, int]:
    """The ends of the partitions restored. Raises `Refused` where the copy is not whole or `log` exists."""
    for beside in (log, *_companions(log)):
        _refuse_existing(beside)
    part = log.with_name(f"{log.name}.part")
    try:
        wanted = _wanted(copy)
        found = _duplicate(copy, part)
        if found != wanted:
            raise Refused(f"{copy} does not match its checksum: {found[:12]}… is not {wanted[:12]}…")
        ends = _prove(part)
        _put(part, log)
    except OSError as error:
        raise Refused(f"{error.filename or copy}: {error.strerror or error}") from error
    finally:
        _discard(part)
    return ends


def _copy(db: sqlite3.Connection, part: Path, told: Told) -> None:
    with for_people(part), closing(sqlite3.connect(part)) as draft:
        db.backup(draft, pages=STEP_PAGES, progress=lambda _, left, total: told(total - left, total))


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise Exists(f"{path} exists, and nothing is overwritten: name another file or move it away")


def _companions(log: Path) -> tuple[Path, Path]:
    return log.with_name(f"{log.name}-wal"), log.with_name(f"{log.name}-shm")


def _wanted(copy: Path) -> str:
    try:
        return digest_path(copy).read_text(encoding="ascii").split()[0]
    except (FileNotFoundError, IndexError, UnicodeDecodeError):
        raise Refused(f"{digest_path(copy)} is missing or empty: the backup was never finished") from None


def _duplicate(source: Path, target: Path) -> str:
    """Copy bytes; their SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        while chunk := reading.read(_CHUNK_BYTES):
            digest.update(chunk)
            writing.write(chunk)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _prove(path: Path) -> dict[Partition, int]:
    """The partitions' ends, if the file is a whole log of this format. Leaves it alone, without a WAL."""
    with for_people(path), closing(connect(path, durable=True)) as db:
        (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise Refused(f"{path} is damaged: {verdict}")
        if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            raise Refused(f"{path} has no write-ahead log: it was not taken by `newsfold log backup`")
        return tables.catalog(db).ends


def _put(part: Path, place: Path) -> None:
    """Under its name, on the disk, unless something is there by now."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, place)
    except FileExistsError:
        _refuse_existing(place)
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        part.rename(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _discard(part: Path) -> None:
    for path in (part, *_companions(part), part.with_name(f"{part.name}-journal")):
        with suppress(OSError):
            path.unlink()
