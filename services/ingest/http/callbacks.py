"""The address at which hubs call back (WebSub): a small HTTP server for strangers.

Requests are bounded in size, in time and in number at once. Bodies are never held: they go piece by piece to
whoever wants to prove them.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import NamedTuple, Protocol, Self
from urllib.parse import parse_qs, urlsplit

import h11

from services.ops.listener import Listener

REQUEST_S = 10.0
HEAD_BYTES = 16 << 10
BODY_BYTES = 8 << 20
MOST_AT_ONCE = 32
PIECE = 64 << 10


class Reply(NamedTuple):
    status: HTTPStatus
    body: bytes = b""


class Receipt(Protocol):
    """A body on its way."""

    def take(self, piece: bytes) -> None: ...

    def reply(self) -> Reply:
        """When all of it was taken."""


class CallbackHandler(Protocol):
    """Who answers. `token` is the last part of the path."""

    def verify(self, token: str, query: Mapping[str, str]) -> Reply: ...

    def receive(self, token: str, signature: str) -> Receipt | Reply: ...


class CallbackServer:
    """`async with CallbackServer(("127.0.0.1", 9465), handler) as server:`; `port` is the one it got.

    Raises `OSError` where it cannot listen.
    """

    def __init__(self, address: tuple[str, int], handler: CallbackHandler) -> None:
        self._handler = handler
        self._listener = Listener(self._serve, *address, limit=PIECE)

    @property
    def port(self) -> int:
        return self._listener.port

    async def __aenter__(self) -> Self:
        await self._listener.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listener.__aexit__(kind, error, trace)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                crowded = self._listener.open > MOST_AT_ONCE
                reply = Reply(HTTPStatus.SERVICE_UNAVAILABLE) if crowded else await self._reply(reader)
                writer.write(_encoded(reply))
                await writer.drain()
        except (TimeoutError, OSError):
            pass  # a hub that is slow or gone asks again

    async def _reply(self, reader: asyncio.StreamReader) -> Reply:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        try:
            request = await _event(connection, reader)
            if not isinstance(request, h11.Request):
                return Reply(HTTPStatus.BAD_REQUEST)
            parts = urlsplit(request.target.decode("ascii"))
            token = parts.path.rpartition("/")[2]
            if request.method == b"GET":
                query = parse_qs(parts.query, max_num_fields=20, keep_blank_values=True)
                return self._handler.verify(token, {name: values[0] for name, values in query.items()})
            if request.method != b"POST":
                return Reply(HTTPStatus.METHOD_NOT_ALLOWED)
            return await self._received(connection, reader, request, token)
        except (h11.RemoteProtocolError, ValueError):
            return Reply(HTTPStatus.BAD_REQUEST)

    async def _received(
        self, connection: h11.Connection, reader: asyncio.StreamReader, request: h11.Request, token: str
    ) -> Reply:
        headers = {bytes(name): bytes(value) for name, value in request.headers}
        receipt = self._handler.receive(token, headers.get(b"x-hub-signature", b"").decode("latin-1"))
        if isinstance(receipt, Reply):
            return receipt
        size = 0
        while isinstance(event := await _event(connection, reader), h11.Data):
            size += len(event.data)
            if size > BODY_BYTES:
                return Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            receipt.take(bytes(event.data))
        return receipt.reply() if isinstance(event, h11.EndOfMessage) else Reply(HTTPStatus.BAD_REQUEST)


async def _event(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    """Raises `h11.RemoteProtocolError` for what is no HTTP or too long a head."""
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(PIECE))
    return event


def _encoded(reply: Reply) -> bytes:
    head = (
        f"HTTP/1.1 {reply.status.value} {reply.status.phrase}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + reply.body
