"""A changelog's live records in a local file: the fast way to a task's state, never the authority.

The file is a padded line of JSON, the header, and blocks of packed records. It appears under its
name only when complete and on the disk. On the way back everything is proved before a single record
is handed out; where the proof fails, the file is ignored for a stated reason and the log is read.
"""

import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from services.stream.batches import StoredRecord, pack, unpack_from
from services.stream.bus import Partition, Record

FORMAT = 2
HEADER_BYTES = 4096
ANCHORS = 8
"""The last records of a file: compaction may drop some of them meanwhile, hardly all."""
_LENGTH_BYTES = 4
_CHUNK_BYTES = 1024 * 1024


class Anchor(msgspec.Struct, frozen=True, array_like=True):
    """A record of the file, by which the log it was taken from is known again."""

    offset: int
    digest: str

    @classmethod
    def of(cls, record: Record) -> "Anchor":
        content = msgspec.msgpack.encode((record.offset, record.key, record.value))
        return cls(record.offset, hashlib.sha256(content).hexdigest()[:32])


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """Of which state a file is."""

    format: int = FORMAT
    scheme: str
    """What gives the records their meaning: code and sketch version. Another scheme is another state."""
    topic: str
    number: int
    next_offset: int
    """The log's records from here on are not in the file."""
    written_at: datetime
    anchors: tuple[Anchor, ...]


class Header(Lineage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    records: int
    payload_bytes: int
    sha256: str = ""
    """Of the payload and of this header without it."""


_HEADER = msgspec.json.Decoder(Header)


class Rejection(msgspec.Struct, frozen=True):
    """Why a file was not used, as a half sentence."""

    reason: str
    absent: bool = False
    """There is no file, or nothing in it, which is nothing to worry about."""


class SnapshotFolder(msgspec.Struct, frozen=True, kw_only=True):
    """Where snapshots lie and which are believed."""

    folder: Path
    scheme: str
    max_age_s: float = 43_200
    """Must stay below the log's tombstone grace: an older file may hold a key whose tombstone is gone."""

    layout: str = ""
    """What gives images their meaning besides: they have arrays where snapshots have records."""

    def of_images(self) -> "SnapshotFolder":
        """The same folder, where images are asked for."""
        return replace(self, scheme=f"{self.scheme}, {self.layout}")

    def path(self, partition: Partition) -> Path:
        return self.folder / f"{partition.topic}-{partition.number}.snapshot"


class Draft:
    """A snapshot in the making. Nothing stands at its path until `finish`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._file = self._part.open("wb")
        self._file.write(b" " * HEADER_BYTES)
        self._sum = hashlib.sha256()
        self._records = 0
        self._bytes = 0
        self._latest: deque[Record] = deque(maxlen=ANCHORS)

    def add(self, records: Sequence[Record]) -> None:
        stored = [StoredRecord(r.offset, r.key, r.value, r.headers, r.timestamp_us) for r in records]
        self._records += len(stored)
        self._latest.extend(records)
        for batch in pack(stored):
            block = len(batch.records).to_bytes(_LENGTH_BYTES) + batch.records
            self._file.write(block)
            self._sum.update(block)
            self._bytes += len(block)

    def finish(self, partition: Partition, *, scheme: str, next_offset: int, now: datetime) -> Header:
        header = Header(
            scheme=scheme,
            topic=partition.topic,
            number=partition.number,
            next_offset=next_offset,
            records=self._records,
            payload_bytes=self._bytes,
            written_at=now,
            anchors=tuple(Anchor.of(record) for record in self._latest),
        )
        header = replace(header, sha256=_checksum(header, self._sum))
        line = msgspec.json.encode(header)
        if len(line) >= HEADER_BYTES:
            raise ValueError(f"snapshot header of {partition.topic!r} takes more than {HEADER_BYTES} bytes")
        self._file.seek(0)
        self._file.write(line.ljust(HEADER_BYTES - 1) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._path)
        sync_folder(self._path.parent)
        return header

    def drop(self) -> None:
        """Leave nothing behind; after `finish` it does nothing."""
        self._file.close()
        self._part.unlink(missing_ok=True)


class Snapshot:
    """A file that was proved whole. Reads from the handle that was proved, whatever the path holds now."""

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self.header = header
        self._file = file

    def blocks(self) -> Iterator[list[Record]]:
        partition = Partition(self.header.topic, self.header.number)
        self._file.seek(HEADER_BYTES)
        while length := self._file.read(_LENGTH_BYTES):
            yield unpack_from(partition, self._file.read(int.from_bytes(length)), 0)

    def close(self) -> None:
        self._file.close()


def load(folder: SnapshotFolder, partition: Partition, *, end: int, now: datetime) -> Snapshot | Rejection:
    """Prove the partition's snapshot against the log's `end`; the caller closes what it is given."""
    path = folder.path(partition)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return Rejection(f"there is none at {path}", absent=True)
    except OSError as error:
        return Rejection(f"{path} cannot be opened: {error}")
    found = _prove(file, folder, partition, end, now)
    if isinstance(found, Rejection):
        file.close()
        return Rejection(f"{path} {found.reason}")
    return Snapshot(file, found)


def _prove(
    file: BinaryIO, folder: SnapshotFolder, partition: Partition, end: int, now: datetime
) -> Header | Rejection:
    try:
        header = _HEADER.decode(file.read(HEADER_BYTES))
        why = doubt(header, folder, partition, end=end, now=now) or _damage(file, header)
    except msgspec.MsgspecError as error:
        return Rejection(f"has no readable header: {error}")
    except OSError as error:
        return Rejection(f"cannot be read: {error}")
    return Rejection(why) if why else header


def doubt(
    header: Lineage,
    folder: SnapshotFolder,
    partition: Partition,
    *,
    end: int,
    now: datetime,
    known: int = FORMAT,
) -> str:
    """Why a file is not to be believed, whatever it holds; `known` is the format that can be read."""
    age_s = (now - header.written_at).total_seconds()
    doubts = (
        (header.format != known, f"has format {header.format}, not {known}"),
        (header.scheme != folder.scheme, f"has scheme {header.scheme!r}, not {folder.scheme!r}"),
        (
            (header.topic, header.number) != tuple(partition),
            f"is of {header.topic}/{header.number}, not {partition.topic}/{partition.number}",
        ),
        (header.next_offset > end, f"reaches offset {header.next_offset}, beyond the log's end {end}"),
        (age_s < 0, f"was written {-age_s:.0f} s from now: a clock has been moved"),
        (age_s > folder.max_age_s, f"is {age_s:.0f} s old, more than {folder.max_age_s:.0f}"),
    )
    return next((why for doubtful, why in doubts if doubtful), "")


def _damage(file: BinaryIO, header: Header) -> str:
    digest = hashlib.sha256()
    size = 0
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    if size != header.payload_bytes:
        return f"holds {size} bytes of payload, not {header.payload_bytes}"
    if _checksum(header, digest) != header.sha256:
        return "does not match its checksum"
    return ""


def _checksum(header: Header, payload: "hashlib._Hash") -> str:
    told = msgspec.json.encode(replace(header, sha256=payload.hexdigest()))
    return hashlib.sha256(told).hexdigest()


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
