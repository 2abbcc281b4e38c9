"""A web server on loopback that does what it is told, good and bad."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

from services.ops.listener import Listener

Misbehave = Callable[[asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Misbehave | Callable[["Request"], bytes]


class Request(NamedTuple):
    path: str
    headers: Mapping[str, str]


def answer(
    body: bytes = b"", status: str = "200 OK", content_type: str = "text/html", **headers: str
) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def delayed(reply: bytes, seconds: float = 0.3) -> Misbehave:
    """The same answer, later than all others of the site."""

    async def misbehave(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.write(reply)
        await writer.drain()

    return misbehave


class Site:
    """Serves `routes` by path; what is not there is a 404. Remembers what it was asked."""

    def __init__(self, routes: Mapping[str, Reply] | None = None, host: str = "127.0.0.1") -> None:
        self.routes: dict[str, Reply] = dict(routes or {})
        self.host = host
        self.requests: list[Request] = []
        self.connections = 0
        self.most_at_once = 0
        self._open = 0
        self._listener = Listener(self._serve, host, 0)

    @property
    def port(self) -> int:
        return self._listener.port

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def asked_for(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    async def __aenter__(self) -> Self:
        await self._listener.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listener.__aexit__(kind, error, trace)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                self._open += 1
                self.most_at_once = max(self.most_at_once, self._open)
                try:
                    await self._reply(_request(head), writer)
                finally:
                    self._open -= 1

    async def _reply(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
        reply = self.routes.get(request.path, answer(status="404 Not Found"))
        if not isinstance(reply, bytes):
            done = reply(writer) if asyncio.iscoroutinefunction(reply) else reply(request)  # type: ignore[arg-type]
            if not isinstance(done, bytes):
                await done
                return
            reply = done
        writer.write(reply)
        await writer.drain()


def _request(head: bytes) -> Request:
    first, *lines = head.decode("latin1").split("\r\n")
    pairs = (line.partition(": ") for line in lines if line)
    return Request(first.split(" ")[1], {name.lower(): value for name, _, value in pairs})
