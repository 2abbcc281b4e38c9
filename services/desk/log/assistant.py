"""The process that prepares records, seen from the Desk: while one batch is taken, it prepares the next."""

import asyncio
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import msgspec

import services
from services.desk.log.preparing import LENGTH, framed
from services.desk.store.preparation import Rows, job
from services.desk.views.frame import Texts
from services.stream.bus import Record

PIPE_BYTES: Final = 1 << 20
_HOME = str(Path(services.__file__).resolve().parents[1])
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Rows | None])


def has_room() -> bool:
    """Whether there is a processor for it beside the one that the Desk needs."""
    return (os.cpu_count() or 1) > 1


class Assistant:
    """Answers in the order of the questions. Where it dies, the Desk does the work itself."""

    def __init__(self, texts: Texts) -> None:
        """Raises `OSError`."""
        self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", "services.desk.log.preparing", texts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": _HOME},
            start_new_session=True,  # Ctrl-C is the Desk's to handle
            bufsize=0,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._jobs, self._rows = self._process.stdin, self._process.stdout
        for pipe in (self._jobs, self._rows):
            with suppress(OSError, AttributeError):  # a small one is only slower
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._asking = threading.Lock()

    async def prepare(self, records: Sequence[Record]) -> Sequence[Rows | None] | None:
        """None: it could not."""
        return await asyncio.to_thread(self._prepare, records)

    def _prepare(self, records: Sequence[Record]) -> Sequence[Rows | None] | None:
        payload = framed(_ENCODER.encode([job(record) for record in records]))
        try:
            with self._asking:
                _write(self._jobs, payload)
                answer = _read(self._rows, int.from_bytes(_read(self._rows, LENGTH), "big"))
            return _DECODER.decode(answer)
        except (OSError, ValueError, EOFError):  # it is dead, or its pipes are closed
            return None

    def stop(self) -> None:
        """Whatever it does."""
        self._process.kill()
        self._process.wait()
        with self._asking:
            self._jobs.close()
            self._rows.close()


def _write(pipe: IO[bytes], payload: bytes) -> None:
    left = memoryview(payload)
    while left:
        left = left[pipe.write(left) :]


def _read(pipe: IO[bytes], length: int) -> bytearray:
    """Raises `EOFError`."""
    answer = bytearray(length)
    left = memoryview(answer)
    while left:
        count = pipe.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        left = left[count:]
    return answer
