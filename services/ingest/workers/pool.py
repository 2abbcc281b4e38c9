"""Parser processes that can be killed: a deadline for every document, a fresh process after many.

A document that takes too long or takes its process down is refused; the others never notice. The order of
results is the order of the input, whatever the number of workers.
"""

import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Literal, Self, TypeVar, cast

import msgspec

import services
from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedFeed, ParsedPage, Refusal
from services.ingest.workers.worker import FIRST, LENGTH, MAX_FRAME, Job, framed, perform, warming_up

Name = Literal["feed", "page"]
ParsedBody = ParsedFeed | ParsedPage
T = TypeVar("T")

DEADLINES_S: Mapping[str, float] = MappingProxyType({"feed": 5.0, "page": 10.0})
RECYCLE_AFTER = 2_000
"""Documents a process parses before it is replaced: memory that parsers do not give back goes with it."""
MEMORY_BYTES = 2 << 30
"""Address space of a worker."""
START_S = 60.0
"""A worker that is not ready by then, or has not loaded a parser, counts as crashed."""
STOP_S = 2.0

_HOME = str(Path(services.__file__).resolve().parents[1])
_TYPES: Mapping[str, type[ParsedBody]] = {"feed": ParsedFeed, "page": ParsedPage}
_DECODERS = {name: msgspec.msgpack.Decoder(kind) for name, kind in _TYPES.items()}


class Pool:
    """`workers` parser processes; 0 parses in a thread of this process, without deadlines (tiny inputs)."""

    def __init__(
        self,
        workers: int,
        *,
        deadlines_s: Mapping[str, float] = DEADLINES_S,
        recycle_after: int = RECYCLE_AFTER,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._deadlines_s = deadlines_s
        self._recycle_after = recycle_after
        self._workers = [_Worker(memory_bytes) for _ in range(workers)]
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()

    @property
    def ahead(self) -> int:
        """How many documents are worth having under way at once."""
        return 2 * max(1, len(self._workers))

    @property
    def busy(self) -> int:
        """How many processes parse something now."""
        return len(self._workers) - self._idle.qsize()

    async def start(self) -> None:
        """Start the processes. They load their parsers while the caller fetches."""
        for worker in self._workers:
            await worker.start()
            self._idle.put_nowait(worker)

    async def close(self) -> None:
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def feed(self, exchange: Exchange) -> ParsedFeed:
        return cast(ParsedFeed, await self.run("feed", exchange))

    async def page(self, exchange: Exchange) -> ParsedPage:
        return cast(ParsedPage, await self.run("page", exchange))

    async def run(self, name: Name, exchange: Exchange) -> ParsedBody:
        """Parse one body. Gives a refusal, never raises, for whatever the document does."""
        job = Job(name, exchange)
        if not self._workers:
            return await asyncio.to_thread(perform, job)
        worker = await self._idle.get()
        try:
            answer = await worker.ask(job, self._deadlines_s[name])
            if worker.served >= self._recycle_after:
                await worker.stop()
                await worker.start()
            return answer
        finally:
            self._idle.put_nowait(worker)

    async def parsed(
        self, jobs: AsyncGenerator[tuple[T, Job | None], None]
    ) -> AsyncGenerator[tuple[T, ParsedBody | None], None]:
        """Each item with its parsed body, in the order given; `ahead` documents are under way at most."""
        under_way: deque[tuple[T, asyncio.Task[ParsedBody] | None]] = deque()
        try:
            async with aclosing(jobs):
                async for item, job in jobs:
                    under_way.append((item, asyncio.create_task(self._do(job)) if job else None))
                    while under_way and (len(under_way) >= self.ahead or under_way[0][1] is None):
                        first, task = under_way.popleft()
                        yield first, await task if task else None
            while under_way:
                first, task = under_way.popleft()
                yield first, await task if task else None
        finally:
            left = [task for _, task in under_way if task]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _do(self, job: Job) -> ParsedBody:
        return await self.run(cast(Name, job.name), job.exchange)


class _Worker:
    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._process: asyncio.subprocess.Process | None = None
        self._loaded: set[str] = set()
        """For which jobs it has loaded what they need."""
        self.served = 0

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.ingest.workers.worker",
            str(self._memory_bytes),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # None of the parent's secrets, and one thread: numpy would reserve memory for more.
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": _HOME, "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is the parent's to handle
        )
        self._loaded = set()
        self.served = 0

    async def ask(self, job: Job, deadline_s: float) -> ParsedBody:
        try:
            await self._get_ready(job.name)
            async with asyncio.timeout(deadline_s):
                answer = await self._exchange(msgspec.msgpack.encode(job))
            self.served += 1
            return _DECODERS[job.name].decode(answer)
        except TimeoutError:
            await self._kill()
            return _refused_body(job.name, "parse_timeout", f"not parsed within {deadline_s:g} s")
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            await self._kill()
            return _refused_body(job.name, "parse_crash", f"the parser died of it ({type(error).__name__})")
        except BaseException:  # cancelled half way: its answer must not meet the next question
            await self._kill()
            raise

    async def _get_ready(self, name: str) -> None:
        if self._process is None or self._process.returncode is not None:
            await self.start()
        async with asyncio.timeout(START_S):
            if not self._loaded:
                await self._read()
                self._loaded.add(FIRST)
            if name not in self._loaded:
                await self._exchange(msgspec.msgpack.encode(warming_up(name)))
                self._loaded.add(name)

    async def _exchange(self, payload: bytes) -> bytes:
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(framed(payload))
        await self._process.stdin.drain()
        return await self._read()

    async def _read(self) -> bytes:
        assert self._process
        assert self._process.stdout
        length = int.from_bytes(await self._process.stdout.readexactly(LENGTH), "big")
        if length > MAX_FRAME:
            raise EOFError("a frame of impossible length")
        return await self._process.stdout.readexactly(length)

    async def stop(self) -> None:
        """Let it finish, but not for long."""
        process = self._process
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            pass
        await self._kill()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()


def _refused_body(name: str, refusal: Refusal, reason: str) -> ParsedBody:
    return _TYPES[name](refusal=refusal, reason=reason)
