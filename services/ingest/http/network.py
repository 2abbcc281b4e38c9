"""TCP and TLS over asyncio's sockets, as httpcore wants them.

httpcore brings a network of its own, over anyio; its task groups and cancel scopes cost a fifth of a request.
And every transport of asyncio waits for the garbage collector. Here an address is a number already, so that
nothing is to be raced, and one request at a time needs no more than a socket.
"""

import asyncio
import select
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address
from typing import Any, TypeVar

import httpcore

T = TypeVar("T")

_READ = 1 << 16


class TcpBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses, not to names."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        family = socket.AF_INET if ip_address(host).version == 4 else socket.AF_INET6
        connection = socket.socket(family, socket.SOCK_STREAM)
        stream = TcpStream(connection)
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for option in socket_options or ():
                connection.setsockopt(*option)
            if local_address:
                connection.bind((local_address, 0))
            async with _failing_as(httpcore.ConnectError, httpcore.ConnectTimeout, timeout):
                await asyncio.get_running_loop().sock_connect(connection, (host, port))
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class TcpStream(httpcore.AsyncNetworkStream):
    """A connection in the clear."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        async with _failing_as(httpcore.ReadError, httpcore.ReadTimeout, timeout):
            return await asyncio.get_running_loop().sock_recv(self._socket, max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if not buffer:
            return
        async with _failing_as(httpcore.WriteError, httpcore.WriteTimeout, timeout):
            await asyncio.get_running_loop().sock_sendall(self._socket, buffer)

    async def aclose(self) -> None:
        if self._socket.fileno() < 0:
            return
        loop, number = asyncio.get_running_loop(), self._socket.fileno()
        # Of a call that was cancelled: the number may be another's next. The socket itself would be spelt
        # out for an exception, which most often nobody sees.
        loop.remove_reader(number)
        loop.remove_writer(number)
        self._socket.close()

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
        except BaseException as error:
            await self.aclose()
            if isinstance(error, httpcore.NetworkError):
                raise httpcore.ConnectError(str(error)) from error
            raise
        return stream

    def get_extra_info(self, info: str) -> Any:
        """`is_readable`: something came that nobody asked for, or the end."""
        match info:
            case "socket":
                return self._socket
            case "client_addr":
                return self._socket.getsockname()
            case "server_addr":
                return self._socket.getpeername()
            case "is_readable":
                return _is_readable(self._socket)
        return None


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


def _is_readable(connection: socket.socket) -> bool:
    if connection.fileno() < 0:
        return True
    ready = select.poll()
    ready.register(connection, select.POLLIN)
    return bool(ready.poll(0))


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
