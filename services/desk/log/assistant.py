"""The process that prepares records, seen from the Desk: while one batch is taken, it prepares the next."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

import services
from services.desk.log.preparing import LENGTH, framed
from services.desk.store.preparation import Rows, job
from services.desk.views.frame import Texts
from services.stream.bus import Record

STOP_S: Final = 2.0
READ_BYTES: Final = 1 << 20
_HOME = str(Path(services.__file__).resolve().parents[1])
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Rows | None])


def has_room() -> bool:
    """Whether there is a processor for it beside the one that the Desk needs."""
    return len(os.sched_getaffinity(0)) > 1


class Assistant:
    """Answers in the order of the questions. Where it dies, the Desk does the work itself."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._process: asyncio.subprocess.Process | None = None
        self._asking = asyncio.Lock()

    async def start(self) -> None:
        """Raises `OSError`."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.desk.log.preparing",
            self._texts,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": _HOME},
            start_new_session=True,  # Ctrl-C is the Desk's to handle
            limit=READ_BYTES,
        )

    async def prepare(self, records: Sequence[Record]) -> Sequence[Rows | None] | None:
        """None: it could not."""
        payload = await asyncio.to_thread(_encode, records)
        try:
            async with self._asking:
                answer = await self._ask(payload)
            return await asyncio.to_thread(_DECODER.decode, answer)
        except (OSError, EOFError, msgspec.MsgspecError):
            await self.stop()
            return None

    async def _ask(self, payload: bytes) -> bytes:
        if self._process is None:
            raise EOFError
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(payload)
        await self._process.stdin.drain()
        length = int.from_bytes(await self._process.stdout.readexactly(LENGTH), "big")
        return await self._process.stdout.readexactly(length)

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin
        process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _encode(records: Sequence[Record]) -> bytes:
    return framed(_ENCODER.encode([job(record) for record in records]))
