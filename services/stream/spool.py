"""Bytes by number on disk: what a task remembers and seldom asks for.

Disposable. Its files have no name, so nothing is left of them when the process is gone, and what they held
is made again from the changelog. The first megabytes stay in memory: a small state never meets the disk.
"""

import os
import secrets
import tempfile
from array import array
from collections import deque
from contextlib import suppress
from pathlib import Path
from weakref import finalize
from zlib import crc32

import numpy as np

from services.stream.bus import Fatal
from services.stream.service import OpenFile, Parts, buffer

BUFFER_BYTES = 4 << 20
LEAST_SEGMENT_BYTES = 16 << 20
_SEGMENTS = 64
"""About so many files, however much there is."""
_MOVES = 8
"""Values moved out of an emptying file at each put, so that none is waited for."""
_NOWHERE = 0xFFFFFFFF


class Segment:
    """One file, written from its beginning to its end and then only read."""

    def __init__(self, file: OpenFile) -> None:
        self.name, self.fd, self.written, self.path = file
        self.close = finalize(self, os.close, self.fd)
        self.live = 0
        """Bytes that are still asked for, those not yet written included."""

    @classmethod
    def new(cls, folder: Path) -> "Segment":
        folder.mkdir(parents=True, exist_ok=True)
        return cls(OpenFile(secrets.token_hex(8), _nameless(folder), 0))

    def write(self, value: bytes | bytearray) -> None:
        view = memoryview(value)
        while view:
            count = os.pwrite(self.fd, view, self.written)
            self.written += count
            view = view[count:]


class Spool:
    """Raises `Fatal` where the disk is full or does not give back what it was given."""

    def __init__(
        self, folder: Path, *, buffer_bytes: int = BUFFER_BYTES, segment_bytes: int = LEAST_SEGMENT_BYTES
    ) -> None:
        self._folder = folder
        self._buffer_bytes, self._segment_bytes = buffer_bytes, segment_bytes
        self._segments: dict[int, Segment] = {}
        self._tail = 0
        """Of the segment that is written."""
        self._buffer = bytearray()
        """What comes behind all that is written of it."""
        self._segment, self._offset = array("I"), array("I")
        self._length, self._sum = array("I"), array("I")
        self._moving: deque[int] = deque()
        self._emptied: set[int] = set()
        self._live = 0

    def put(self, number: int, value: bytes) -> None:
        self.drop(number)
        while number >= len(self._segment):
            self._segment.append(_NOWHERE)
            for column in (self._offset, self._length, self._sum):
                column.append(0)
        self._sum[number] = crc32(value)
        self._append(number, value)
        self._move_some()

    def get(self, number: int) -> bytes:
        offset, length = self._offset[number], self._length[number]
        segment = self._segments.get(self._segment[number])
        start = segment.written if segment else 0
        if self._segment[number] == self._tail and offset >= start:
            return bytes(self._buffer[offset - start : offset - start + length])
        if segment is None:
            return b""  # of a file that was closed, for it held nothing else
        value = self._read(segment, offset, length)
        if crc32(value) != self._sum[number]:
            if segment.path:
                Path(segment.path).unlink(missing_ok=True)  # the next start is to believe it no more
            raise Fatal(f"spool in {self._folder}: what was written there reads differently; {_MEND}")
        return value

    def drop(self, number: int) -> None:
        if number >= len(self._segment) or self._segment[number] == _NOWHERE:
            return
        at, length = self._segment[number], self._length[number]
        self._segment[number] = _NOWHERE
        self._live -= length
        if (segment := self._segments.get(at)) is None:
            return
        segment.live -= length
        if at == self._tail:
            return
        if not segment.live:
            self._close(at)
        elif 2 * segment.live < segment.written and at not in self._emptied:
            self._emptied.add(at)
            self._moving.extend(np.flatnonzero(np.asarray(self._segment) == at).tolist())

    def nbytes(self) -> int:
        columns = (self._segment, self._offset, self._length, self._sum)
        return len(self._buffer) + sum(column.itemsize * len(column) for column in columns)

    def disk_bytes(self) -> int:
        return sum(segment.written for segment in self._segments.values())

    def save(self) -> Parts:
        files = {
            f"file.{at}": OpenFile(segment.name, segment.fd, segment.written, segment.path)
            for at, segment in self._segments.items()
        }
        columns = {"segment": self._segment, "offset": self._offset, "length": self._length, "sum": self._sum}
        return {**files, **columns, "tail": self._tail.to_bytes(8), "buffer": self._buffer}

    def load(self, parts: Parts) -> None:
        """Goes on behind what files hold; none that is taken is written."""
        columns = {"segment": self._segment, "offset": self._offset, "length": self._length, "sum": self._sum}
        for name, column in columns.items():
            column.frombytes(buffer(parts[name]))
        tail = int.from_bytes(buffer(parts["tail"]))
        owners, lengths = np.asarray(self._segment), np.asarray(self._length)
        for name, part in parts.items():
            if isinstance(part, OpenFile):
                at = int(name.removeprefix("file."))
                segment = self._segments[at] = Segment(part)
                segment.live = int(lengths[owners == at].sum(dtype=np.int64))
        self._live = int(lengths[owners != _NOWHERE].sum(dtype=np.int64))
        self._tail = tail + 1
        buffered, start = (
            buffer(parts["buffer"]),
            self._segments[tail].written if tail in self._segments else 0,
        )
        behind = np.flatnonzero((owners == tail) & (np.asarray(self._offset) >= start)).tolist()
        del owners, lengths
        for number in behind:
            offset = self._offset[number] - start
            self.put(number, bytes(buffered[offset : offset + self._length[number]]))

    def _append(self, number: int, value: bytes) -> None:
        segment = self._segments.get(self._tail)
        self._segment[number] = self._tail
        self._offset[number] = (segment.written if segment else 0) + len(self._buffer)
        self._length[number] = len(value)
        self._buffer += value
        self._live += len(value)
        if segment:
            segment.live += len(value)
        if len(self._buffer) >= self._buffer_bytes:
            self._flush()

    def _flush(self) -> None:
        try:
            segment = self._segments.get(self._tail)
            if segment is None:
                segment = self._segments[self._tail] = Segment.new(self._folder)
                segment.live = self._live_in(self._tail)
            segment.write(self._buffer)
        except OSError as error:
            raise Fatal(f"spool in {self._folder}: {error.strerror or error}; {_MEND}") from error
        self._buffer = bytearray()
        if segment.written >= max(self._segment_bytes, self._live // _SEGMENTS):
            self._tail += 1

    def _live_in(self, at: int) -> int:
        here = np.asarray(self._segment) == at
        return int(np.asarray(self._length)[here].sum(dtype=np.int64))

    def _read(self, segment: Segment, offset: int, length: int) -> bytes:
        try:
            return os.pread(segment.fd, length, offset)
        except OSError as error:
            raise Fatal(f"spool in {self._folder}: {error.strerror or error}; {_MEND}") from error

    def _move_some(self) -> None:
        for _ in range(min(_MOVES, len(self._moving))):
            number = self._moving.popleft()
            if self._segment[number] in self._emptied:
                value = self.get(number)
                self.drop(number)
                self._append(number, value)

    def _close(self, at: int) -> None:
        self._segments.pop(at).close()
        self._emptied.discard(at)


def _nameless(folder: Path) -> int:
    """A file that may be given a name later, where the file system has such."""
    with suppress(OSError, AttributeError):
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    fd, name = tempfile.mkstemp(prefix="spool-", dir=folder)
    Path(name).unlink()
    return fd


_MEND = "make room or mend the disk there, and start again: the state is read from the log"
