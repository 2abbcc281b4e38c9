"""A task's state as it lies in memory, in a local file: the fastest way back to it, never the authority.

The file has the arrays one behind the other and ends with a footer of JSON. Parts that lie on disk already
are not copied: they get a name beside the file. It appears under its name only when complete and on the disk;
on the way back all of it is proved before anything is handed out. Of a part that is a file of its own its
owner proves what it reads when it reads it.
"""

import hashlib
import mmap
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec.structs import replace

from services.stream.bus import Partition
from services.stream.service import OpenFile, Part, Parts, buffer
from services.stream.snapshot import Lineage, Rejection, SnapshotFolder, doubt, sync_folder

FORMAT = 1
_LENGTH_BYTES = 8
_CHUNK_BYTES = 4 << 20
_PART = ".part"
"""Ends the name of what is not whole yet."""


class Section(msgspec.Struct, frozen=True, array_like=True):
    """Where a part lies in the file."""

    name: str
    offset: int
    size: int


class Beside(msgspec.Struct, frozen=True, array_like=True):
    """A part that is a file of its own."""

    name: str
    file: str
    size: int


class Footer(Lineage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int = FORMAT
    sections: tuple[Section, ...] = ()
    beside: tuple[Beside, ...] = ()
    sha256: str = ""
    """Of all before it and of this footer without it."""


_FOOTER = msgspec.json.Decoder(Footer)


class Image(NamedTuple):
    """A file that was proved whole."""

    footer: Footer
    parts: Parts
    """Their files are open, and whoever takes them closes them."""


def image_path(folder: SnapshotFolder, partition: Partition) -> Path:
    return folder.folder / f"{partition.topic}-{partition.number}.image"


def write_image(
    path: Path,
    origin: Lineage,
    parts: Parts,
    digest: "hashlib._Hash",
    check: Callable[[], None],
) -> int:
    """Bytes of the file. `digest`: a fresh SHA-256.

    Raises OSError, or that of `check` before it takes the place of an older image; that one stays then.
    """
    beside = path.with_suffix(".parts")
    beside.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{path.name}.*{_PART}"):
        left.unlink(missing_ok=True)
    # Whoever was killed may have a child that still writes: a file of its own, or it would go on in this one.
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PART}")
    try:
        with part.open("xb") as file:
            footer = _write_parts(file, origin, parts, digest, beside)
            size = file.tell()
        check()
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(beside)
    part.replace(path)
    sync_folder(path.parent)
    for stale in set(beside.iterdir()) - {beside / each.file for each in footer.beside}:
        stale.unlink(missing_ok=True)
    return size


def _write_parts(
    file: BinaryIO, origin: Lineage, parts: Parts, digest: "hashlib._Hash", beside: Path
) -> Footer:
    sections, files = [], []
    for name, each in parts.items():
        if isinstance(each, OpenFile):
            _name(each, beside)
            files.append(Beside(name, each.name, each.size))
            continue
        raw = buffer(each)
        sections.append(Section(name, file.tell(), len(raw)))
        digest.update(raw)
        file.write(raw)
    inherited = msgspec.structs.asdict(origin) | {"format": FORMAT}
    footer = Footer(**inherited, sections=tuple(sections), beside=tuple(files))
    line = msgspec.json.encode(replace(footer, sha256=_checksum(footer, digest)))
    file.write(line + len(line).to_bytes(_LENGTH_BYTES))
    file.flush()
    os.fsync(file.fileno())
    return footer


def load_image(folder: SnapshotFolder, partition: Partition, *, end: int, now: datetime) -> Image | Rejection:
    """Prove the partition's image against the log's `end`."""
    path = image_path(folder, partition)
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        found = _prove(whole, folder, partition, end, now)
    except FileNotFoundError:
        return Rejection(f"there is none at {path}", absent=True)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        return Rejection(f"{path} cannot be read: {error}")
    if isinstance(found, Rejection):
        return Rejection(f"{path} {found.reason}")
    files = _open_files(found, path.with_suffix(".parts"))
    if isinstance(files, Rejection):
        return Rejection(f"{path} {files.reason}")
    return Image(
        found, {each.name: whole[each.offset : each.offset + each.size] for each in found.sections} | files
    )


def close_files(parts: Parts) -> None:
    """Of an image that is not used."""
    for each in parts.values():
        if isinstance(each, OpenFile):
            os.close(each.fd)


def _prove(
    whole: memoryview, folder: SnapshotFolder, partition: Partition, end: int, now: datetime
) -> Footer | Rejection:
    length = int.from_bytes(whole[-_LENGTH_BYTES:])
    start = len(whole) - _LENGTH_BYTES - length
    if start < 0:
        return Rejection("has no footer")
    footer = _FOOTER.decode(whole[start:-_LENGTH_BYTES])
    why = doubt(footer, folder, partition, end=end, now=now, known=FORMAT)
    if why:
        return Rejection(why)
    digest = hashlib.sha256()
    for at in range(0, start, _CHUNK_BYTES):
        digest.update(whole[at : min(start, at + _CHUNK_BYTES)])
    if _checksum(footer, digest) != footer.sha256:
        return Rejection("does not match its checksum")
    return footer


def _open_files(footer: Footer, beside: Path) -> dict[str, Part] | Rejection:
    opened: dict[str, Part] = {}
    for each in footer.beside:
        path = beside / each.file
        try:
            fd = os.open(path, os.O_RDONLY)
        except OSError as error:
            close_files(opened)
            return Rejection(f"lacks {path}: {error.strerror}")
        opened[each.name] = OpenFile(each.file, fd, each.size, str(path))
        if os.fstat(fd).st_size < each.size:
            close_files(opened)
            return Rejection(f"says more of {path} than is there")
    return opened


def _name(file: OpenFile, folder: Path) -> None:
    """Give a file a name in a folder, or a copy of it where it cannot have one. On the disk, either way."""
    path = folder / file.name
    with suppress(OSError):
        os.link(f"/proc/self/fd/{file.fd}", path, follow_symlinks=True)
    if not path.exists() or path.stat().st_size < file.size:
        _copy(file, path)
    os.fsync(file.fd)


def _copy(file: OpenFile, path: Path) -> None:
    part = path.with_suffix(_PART)
    with part.open("wb") as copy:
        at = 0
        while at < file.size:
            at += copy.write(os.pread(file.fd, min(_CHUNK_BYTES, file.size - at), at))
        copy.flush()
        os.fsync(copy.fileno())
    part.replace(path)


def _checksum(footer: Footer, payload: "hashlib._Hash") -> str:
    told = msgspec.json.encode(replace(footer, sha256=payload.hexdigest()))
    return hashlib.sha256(told).hexdigest()
