"""A proxy on loopback that understands Kafka's frames, to lose, hold back and break what it is told to.

It sees the API of every request, and of every answer by its correlation id, so that a test can
lose exactly the answer to a commit.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from enum import IntEnum
from types import TracebackType
from typing import Literal, NamedTuple, Self

from services.ops.listener import Listener

HOST = "127.0.0.1"
Side = Literal["request", "answer"]


class Api(IntEnum):
    """The requests tests care for; https://kafka.apache.org/protocol#protocol_api_keys"""

    PRODUCE = 0
    FETCH = 1
    OFFSET_FETCH = 9
    JOIN_GROUP = 11
    HEARTBEAT = 12
    INIT_PRODUCER_ID = 22
    ADD_PARTITIONS_TO_TXN = 24
    ADD_OFFSETS_TO_TXN = 25
    END_TXN = 26
    TXN_OFFSET_COMMIT = 28


class Fault(NamedTuple):
    """What happens to one frame: it is lost, it is late, or the connection breaks instead."""

    what: Literal["lose", "delay", "reset"]
    seconds: float = 0.0


Rule = Callable[[int, Side], Fault | None]


class Proxy:
    """Listens on `port` and passes on to `target`. `rule` is asked about every frame."""

    def __init__(self, port: int, target: int) -> None:
        self.rule: Rule = lambda _, __: None
        self.hits = 0
        self.hit = asyncio.Event()
        self.seen: list[int] = []
        """The APIs of the requests that came, in order."""
        self._target = target
        self._listener = Listener(self._serve, HOST, port)

    def once(self, api: Api, side: Side, fault: Fault, *, times: int = 1) -> None:
        """Do this to the next `times` frames of an API, and nothing else."""
        left = times

        def rule(key: int, where: Side) -> Fault | None:
            nonlocal left
            if key != api or where != side or not left:
                return None
            left -= 1
            return fault

        self.rule = rule

    async def __aenter__(self) -> Self:
        await self._listener.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listener.__aexit__(kind, error, trace)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._link(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.transport.abort()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_broker = await asyncio.open_connection(HOST, self._target)
        apis: dict[int, int] = {}

        async def request(frame: bytes) -> Fault | None:
            api, _, correlation = struct.unpack_from(">hhi", frame)
            apis[correlation] = api
            self.seen.append(api)
            return self.rule(api, "request")

        async def answer(frame: bytes) -> Fault | None:
            (correlation,) = struct.unpack_from(">i", frame)
            return self.rule(apis.pop(correlation, -1), "answer")

        pumps = [
            asyncio.create_task(self._pump(reader, to_broker[1], request)),
            asyncio.create_task(self._pump(to_broker[0], writer, answer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            to_broker[1].transport.abort()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        judge: Callable[[bytes], Awaitable[Fault | None]],
    ) -> None:
        while True:
            head = await source.readexactly(4)
            frame = await source.readexactly(struct.unpack(">i", head)[0])
            fault = await judge(frame)
            if fault is not None:
                self.hits += 1
                self.hit.set()
                if fault.what == "lose":
                    continue
                if fault.what == "reset":
                    raise ConnectionResetError
                await asyncio.sleep(fault.seconds)
            sink.write(head + frame)
            await sink.drain()
