"""The process behind dedup, seen from the one that replays."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

import services
from services.console.replay.order import SETTLED, Answer, Order
from services.ops.exits import Exit, Stop

WORTH_BYTES = 2 << 20
"""Input from which on a second process is worth its start."""
STOP_S = 5.0
_HOME = str(Path(services.__file__).resolve().parents[1])


def is_worth_it(paths: Sequence[Path]) -> bool:
    return (os.cpu_count() or 1) > 1 and sum(path.stat().st_size for path in paths) >= WORTH_BYTES


class Finished(NamedTuple):
    """What the process has to say at its end, of inputs."""

    held: int
    unaccounted: int


class Downstream:
    """Tells stories until it is told that nothing more comes. An async context manager."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._process: asyncio.subprocess.Process
        self._answer: asyncio.Task[Answer]

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.console.replay.downstream",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": _HOME},
            start_new_session=True,  # Ctrl-C is ours to handle
        )
        self._answer = asyncio.create_task(self._read())
        await self._tell(msgspec.json.encode(self._order) + b"\n")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._answer.cancel()

    def call_at_end(self, callback: Callable[[], None]) -> None:
        """Call it once the process has ended, whatever it says."""
        self._answer.add_done_callback(lambda _: callback())

    @property
    def has_ended(self) -> bool:
        return self._answer.done()

    async def finish(self, stop: asyncio.Event) -> Finished | None:
        """Tell it that nothing more comes; None where it was stopped before it was through.

        Raises `Stop` as it says, and where it says nothing.
        """
        await self._tell(SETTLED)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((self._answer, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not self._answer.done():
            return None
        answer = self._answer.result()
        if answer.failure:
            raise Stop(Exit(answer.code), answer.failure)
        return Finished(answer.held, answer.unaccounted)

    async def _tell(self, line: bytes) -> None:
        assert self._process.stdin
        with suppress(ConnectionError):  # it has ended, and its answer says why
            self._process.stdin.write(line)
            await self._process.stdin.drain()

    async def _read(self) -> Answer:
        assert self._process.stdout
        line = await self._process.stdout.read()
        try:
            return msgspec.json.decode(line, type=Answer)
        except msgspec.MsgspecError:
            code = await self._process.wait()
            return Answer(
                failure=f"the process that tells the stories ended with {code}; run the same command again",
                code=Exit.FAILED,
            )
