"""The process behind dedup, seen from the one that replays."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

import services
from services.console.replay.order import SETTLED, Answer, Order
from services.ops.exits import Exit, Stop

STOP_S = 5.0
_HOME = str(Path(services.__file__).resolve().parents[1])


class Finished(NamedTuple):
    """What the process has to say at its end, of inputs."""

    held: int
    unaccounted: int


class Downstream:
    """Tells stories until it is told that nothing more comes."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._answer: asyncio.Task[Answer]

    async def start(self) -> None:
        """Have the process load what it works with, before there is a log to work on."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.console.replay.downstream",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": _HOME},
            process_group=0,  # Ctrl-C is ours to handle; in another session no niceness would count
        )
        self._answer = asyncio.create_task(self._read(self._process))

    @asynccontextmanager
    async def working(self, order: Order) -> AsyncIterator[None]:
        """While it does what is ordered. Started, unless it was."""
        if self._process is None:
            await self.start()
        try:
            await self._tell(msgspec.json.encode(order) + b"\n")
            yield
        finally:
            await self.close()

    async def close(self) -> None:
        """Closing twice is closing once."""
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
        assert self._process
        assert self._process.stdin
        with suppress(ConnectionError):  # it has ended, and its answer says why
            self._process.stdin.write(line)
            await self._process.stdin.drain()

    async def _read(self, process: asyncio.subprocess.Process) -> Answer:
        assert process.stdout
        line = await process.stdout.read()
        try:
            return msgspec.json.decode(line, type=Answer)
        except msgspec.MsgspecError:
            code = await process.wait()
            return Answer(
                failure=f"the process that tells the stories ended with {code}; run the same command again",
                code=Exit.FAILED,
            )
