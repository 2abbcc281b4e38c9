"""A server of connections that leaves none open when it ends."""

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]

_TURNS = 3
"""Of the loop, until what was accepted has arrived."""


class Listener:
    """`async with Listener(converse, "127.0.0.1", 0) as listener:`; `port` is the one it got.

    `limit`: bytes a reader buffers. A connection is closed when its conversation ends, however it does, and
    cut off when the listener ends. Raises `OSError` where it cannot listen.
    """

    def __init__(self, converse: Conversation, host: str, port: int, *, limit: int = 1 << 16) -> None:
        self._converse = converse
        self._address = (host, port)
        self._limit = limit
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._open)

    async def __aenter__(self) -> Self:
        # `_take` is no coroutine: asyncio would make a task of it, and a task that is cancelled before its
        # first step closes nothing.
        self._server = await asyncio.start_server(self._take, *self._address, limit=self._limit)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        await stop_accepting(self._server)
        for conversation, writer in self._open.items():
            writer.transport.abort()
            conversation.cancel()
        if self._open:
            await asyncio.wait(self._open)
        await self._server.wait_closed()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.create_task(self._converse(reader, writer))
        self._open[conversation] = writer
        conversation.add_done_callback(self._close)

    def _close(self, conversation: asyncio.Task[None]) -> None:
        self._open.pop(conversation).close()


async def stop_accepting(server: asyncio.Server) -> None:
    """Close a server when all that it accepted has arrived: what comes later than `close` asyncio drops
    without closing it (https://github.com/python/cpython/issues/109564).
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    server.close()
