"""A very small HTTP server for `/livez`, `/readyz` and `/metrics`, on the loop it reports about.

Promises: requests are bounded in size (8 KiB), time (5 s) and number at once (16); answers come from
cached values, so a probe never waits for a bus.
"""

import asyncio
import errno
import hmac
from collections.abc import Callable, Iterable
from http import HTTPStatus
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from services.ops.exits import Exit, Stop
from services.ops.health import Health
from services.ops.listener import Listener
from services.ops.settings import OpsSettings

MAX_REQUEST_BYTES = 8192
REQUEST_S = 5.0
MAX_CONNECTIONS = 16


class Response(NamedTuple):
    status: HTTPStatus
    kind: str
    body: bytes


class OpsServer:
    """`async with OpsServer(settings, health, metrics) as server:`; `server.port` is the port it got.

    `metrics` gives the exposition text in pieces; the loop turns between them. Raises `Stop` where the
    address is taken or cannot be had.
    """

    def __init__(self, settings: OpsSettings, health: Health, metrics: Callable[[], Iterable[bytes]]) -> None:
        self._settings = settings
        self._health = health
        self._metrics = metrics
        self._listener = Listener(self._serve, *settings.address(), limit=MAX_REQUEST_BYTES)

    @property
    def port(self) -> int:
        return self._listener.port

    async def __aenter__(self) -> Self:
        try:
            await self._listener.__aenter__()
        except OSError as error:
            raise Stop(Exit.FAILED, _listen_error(self._settings.listen, error)) from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listener.__aexit__(kind, error, trace)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                answer = await self._respond(reader)
                writer.write(_encode(answer))
                await writer.drain()
        except (TimeoutError, ConnectionError):
            pass  # a slow or vanished prober is its own concern

    async def _respond(self, reader: asyncio.StreamReader) -> Response:
        if self._listener.open > MAX_CONNECTIONS:
            return _text_response(HTTPStatus.SERVICE_UNAVAILABLE, "too many requests at once")
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.LimitOverrunError, ValueError):
            return _text_response(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request is larger than 8 KiB"
            )
        except asyncio.IncompleteReadError:
            return _text_response(HTTPStatus.BAD_REQUEST, "the request ended early")
        return await self._route(head.decode("latin-1"))

    async def _route(self, head: str) -> Response:
        first, _, fields = head.partition("\r\n")
        method, _, rest = first.partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        if method != "GET":
            return _text_response(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is answered")
        if path == "/livez":
            return _json_response(*self._health.liveness())
        if path not in {"/readyz", "/metrics"}:
            return _text_response(HTTPStatus.NOT_FOUND, "known: /livez /readyz /metrics")
        if not self._is_authorized(fields):
            return _text_response(HTTPStatus.UNAUTHORIZED, "a bearer token is asked for (ops.token)")
        if path == "/readyz":
            return _json_response(*self._health.readiness())
        return Response(HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", await self._exposition())

    async def _exposition(self) -> bytes:
        pieces = []
        for piece in self._metrics():
            pieces.append(piece)
            await asyncio.sleep(0)
        return b"".join(pieces)

    def _is_authorized(self, fields: str) -> bool:
        if not self._settings.token:
            return True
        wanted = f"Bearer {self._settings.token.reveal()}"
        return hmac.compare_digest(_header_value(fields, "authorization").encode(), wanted.encode())


def _header_value(fields: str, name: str) -> str:
    """The value of a header field, or nothing."""
    for line in fields.split("\r\n"):
        given, _, value = line.partition(":")
        if given.lower() == name:
            return value.strip()
    return ""


def _listen_error(listen: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"ops.listen = {listen}: the port is taken; stop the other process or set port 0 (any free one)"
        )
    return f"ops.listen = {listen}: cannot listen there: {error.strerror or error}"


def _json_response(good: bool, content: dict[str, object]) -> Response:
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(status, "application/json", msgspec.json.encode(content) + b"\n")


def _text_response(status: HTTPStatus, line: str) -> Response:
    return Response(status, "text/plain; charset=utf-8", f"{line}\n".encode())


def _encode(answer: Response) -> bytes:
    head = (
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\nContent-Type: {answer.kind}\r\n"
        f"Content-Length: {len(answer.body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + answer.body
