"""The reader of an archive in a process of its own, seen from the one that asks."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

import services
from services.ingest.readings import BadReading, SightingReading
from services.ingest.recordings.archive_reader import LENGTH, Row

_HOME = str(Path(services.__file__).resolve().parents[1])
_ROWS = msgspec.msgpack.Decoder(list[Row])


class ArchiveProcess:
    """Reads lines `start` to `end` of an archive. `batch` blocks: call it from a thread.

    Use as a context manager; what is under way when it is left is given up.
    """

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._asked = [str(path), str(start), str(end)]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "services.ingest.recordings.archive_reader", *self._asked],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": _HOME},
            process_group=0,  # Ctrl-C is the parent's to handle; in another session no niceness would count
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process
        assert self._process.stdout
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def batch(self) -> list[SightingReading | BadReading]:
        """What the next lines gave; nothing when it has ended, at its end or before."""
        assert self._process
        assert self._process.stdout
        head = self._process.stdout.read(LENGTH)
        frame = self._process.stdout.read(int.from_bytes(head, "big")) if len(head) == LENGTH else b""
        try:
            return [row.reading for row in _ROWS.decode(frame)] if frame else []
        except msgspec.MsgspecError:  # it was killed half way through a frame
            return []
