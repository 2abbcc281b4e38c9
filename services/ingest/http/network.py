"""TCP and TLS of asyncio as httpcore wants them.

httpcore brings a network of its own, over anyio; its task groups and cancel scopes cost a fifth of a request.
Here an address is a number already, so that nothing is to be raced.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar, cast

import httpcore

T = TypeVar("T")

_READ = 1 << 16
MOST_AHEAD = 1 << 17
"""Bytes that are taken from a connection before somebody reads them."""


class TcpBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        local = (local_address, 0) if local_address else None
        async with _failing_as(httpcore.ConnectError, httpcore.ConnectTimeout, timeout):
            _, inbound = await asyncio.get_running_loop().create_connection(
                _Inbound, host, port, local_addr=local
            )
        for option in socket_options or ():
            inbound.transport.get_extra_info("socket").setsockopt(*option)
        return TcpStream(inbound)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class TcpStream(httpcore.AsyncNetworkStream):
    """A connection, in the clear or within TLS."""

    def __init__(self, inbound: "_Inbound") -> None:
        self._inbound = inbound

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        if not self._inbound.is_readable:
            async with _failing_as(httpcore.ReadError, httpcore.ReadTimeout, timeout):
                await self._inbound.wait_readable()
        if not self._inbound.buffer and self._inbound.error:
            raise httpcore.ReadError(str(self._inbound.error)) from self._inbound.error
        return self._inbound.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if not buffer:
            return
        if self._inbound.lost:
            raise httpcore.WriteError("the connection is closed")
        self._inbound.transport.write(buffer)
        if not self._inbound.writable.is_set():
            async with _failing_as(httpcore.WriteError, httpcore.WriteTimeout, timeout):
                await self._inbound.writable.wait()

    async def aclose(self) -> None:
        """At once: what a request was is sent by then, and nobody waits for the rest of an answer."""
        self._inbound.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        wrapped = ssl_context.wrap_bio(incoming, outgoing, server_hostname=server_hostname)
        stream = TlsStream(self, wrapped, incoming, outgoing)
        try:
            async with _failing_as(httpcore.ConnectError, httpcore.ConnectTimeout, timeout):
                await stream.shake_hands()
        except httpcore.NetworkError as error:
            raise httpcore.ConnectError(str(error)) from error
        return stream

    def get_extra_info(self, info: str) -> Any:
        """`is_readable`: something came that nobody asked for, or the end."""
        if info == "is_readable":
            return self._inbound.is_readable
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._inbound.transport.get_extra_info(names.get(info, info))


class TlsStream(httpcore.AsyncNetworkStream):
    """TLS within a connection; asyncio's own sets a quarter of a megabyte aside for each."""

    def __init__(
        self, inner: TcpStream, wrapped: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
    ) -> None:
        self._inner = inner
        self._wrapped = wrapped
        self._incoming = incoming
        self._outgoing = outgoing

    async def shake_hands(self) -> None:
        await self._converse(self._wrapped.do_handshake, None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        try:
            return await self._converse(partial(self._wrapped.read, max_bytes), timeout)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):  # many servers end without saying so
            return b""
        except ssl.SSLError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if not buffer:
            return
        try:
            await self._converse(partial(self._wrapped.write, buffer), timeout)
        except ssl.SSLError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._wrapped if info == "ssl_object" else self._inner.get_extra_info(info)

    async def _converse(self, call: Callable[[], T], timeout: float | None) -> T:  # noqa: ASYNC109
        """Raises `ssl.SSLError`."""
        while True:
            try:
                answer = call()
            except ssl.SSLWantReadError:
                await self._inner.write(self._outgoing.read(), timeout)
                came = await self._inner.read(_READ, timeout)
                if came:
                    self._incoming.write(came)
                else:
                    self._incoming.write_eof()
            else:
                await self._inner.write(self._outgoing.read(), timeout)
                return answer


class _Inbound(asyncio.Protocol):
    """What came over a connection and was not read yet: bounded, for the connection is paused."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.error: Exception | None = None
        self.lost = False
        self.writable = asyncio.Event()
        self.writable.set()
        self._ended = False
        self._paused = False
        self._reader: asyncio.Future[None] | None = None

    @property
    def is_readable(self) -> bool:
        return bool(self.buffer) or self._ended

    async def wait_readable(self) -> None:
        self._reader = asyncio.get_running_loop().create_future()
        try:
            await self._reader
        finally:
            self._reader = None

    def take(self, max_bytes: int) -> bytes:
        """Nothing is the end."""
        taken = bytes(self.buffer[:max_bytes])
        del self.buffer[:max_bytes]
        if self._paused and len(self.buffer) < MOST_AHEAD:
            self._paused = False
            self.transport.resume_reading()
        return taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) >= MOST_AHEAD and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.error, self.lost, self._ended = exc, True, True
        self.writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def _wake(self) -> None:
        if self._reader and not self._reader.done():
            self._reader.set_result(None)


@asynccontextmanager
async def _failing_as(
    error: type[Exception],
    expiry: type[Exception],
    timeout: float | None,  # noqa: ASYNC109
) -> AsyncIterator[None]:
    """Failures of the network as httpcore names them."""
    try:
        async with asyncio.timeout(timeout):
            yield
    except TimeoutError as late:
        raise expiry(str(late)) from late
    except OSError as broken:
        raise error(str(broken)) from broken
