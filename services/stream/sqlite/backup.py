"""A copy of the log as of one moment, taken while services write to it, and proved before it is used.

The copy is read in one read transaction. In WAL mode that holds up no writer; what is written
meanwhile stays in the write-ahead log until the copy is done. Beside the copy lies its SHA-256, in the form
`sha256sum -c` reads. Nothing ever stands under a name before it is whole, and nothing is overwritten.
"""

import errno
import hashlib
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from services.stream.bus import Fatal, Partition
from services.stream.changelog import Progress
from services.stream.sqlite import tables
from services.stream.sqlite.errors import translate_errors
from services.stream.sqlite.schema import connect

STEP_PAGES = 1024
"""Pages of 8 KiB copied at a time."""
_CHUNK_BYTES = 1 << 20
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}
"""File systems without hard links."""


class BackupError(Fatal):
    """Nothing was put in place."""


class TargetExists(BackupError):
    """Something stands where the file was to go."""


def digest_path(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.sha256")


def back_up(log: Path, copy: Path, progress: Progress) -> dict[Partition, int]:
    """The ends of the partitions in the copy. Raises `BackupError` where `copy` exists; `Retry`, `Fatal`."""
    _refuse_existing(copy)
    part = copy.with_name(f"{copy.name}.part")
    _discard(part)
    try:
        with translate_errors(log), closing(connect(log, durable=True)) as db:
            # With a transaction that has read, commits of others do not start the copy anew.
            db.execute("BEGIN")
            ends = tables.read_catalog(db).ends
            _copy(db, part, progress)
        _prove(part)
        digest_path(copy).write_text(f"{_digest(part)}  {copy.name}\n")
        _put_in_place(part, copy)
    except OSError as error:
        raise Fatal(f"{copy}: {error.strerror or error}") from error
    finally:
        _discard(part)
    return ends


def restore(copy: Path, log: Path) -> dict[Partition, int]:
    """The ends of the partitions. Raises `BackupError` where the copy is not whole or `log` exists."""
    for beside in (log, *_companions(log)):
        _refuse_existing(beside)
    part = log.with_name(f"{log.name}.part")
    try:
        wanted = _expected_digest(copy)
        found = _copy_bytes(copy, part)
        if found != wanted:
            raise BackupError(f"{copy} does not match its checksum: {found[:12]}… is not {wanted[:12]}…")
        ends = _prove(part)
        _put_in_place(part, log)
    except OSError as error:
        raise BackupError(f"{error.filename or copy}: {error.strerror or error}") from error
    finally:
        _discard(part)
    return ends


def _copy(db: sqlite3.Connection, part: Path, progress: Progress) -> None:
    with translate_errors(part), closing(sqlite3.connect(part)) as draft:
        db.backup(draft, pages=STEP_PAGES, progress=lambda _, left, total: progress(total - left, total))


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise TargetExists(f"{path} exists, and nothing is overwritten: name another file or move it away")


def _companions(log: Path) -> tuple[Path, Path]:
    return log.with_name(f"{log.name}-wal"), log.with_name(f"{log.name}-shm")


def _expected_digest(copy: Path) -> str:
    try:
        return digest_path(copy).read_text(encoding="ascii").split()[0]
    except (FileNotFoundError, IndexError, UnicodeDecodeError):
        raise BackupError(f"{digest_path(copy)} is missing or empty: the backup was never finished") from None


def _copy_bytes(source: Path, target: Path) -> str:
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
    with translate_errors(path), closing(connect(path, durable=True)) as db:
        (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(f"{path} is damaged: {verdict}")
        if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            raise BackupError(f"{path} has no write-ahead log: it was not taken by `newsfold log backup`")
        return tables.read_catalog(db).ends


def _put_in_place(part: Path, place: Path) -> None:
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
