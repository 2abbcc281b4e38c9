"""Where the fetcher may connect: public addresses and what the operator allows, checked at the last moment.

The name is resolved here, every address is checked here, and the connection goes to the very address that
was checked: redirects, rebinding DNS and odd spellings of an address all pass through. TLS still verifies
the name, because httpcore takes it from the URL.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import cast

import httpcore
import httpx

from services.ingest.http.network import TcpBackend
from services.ingest.http.origins import Origins, WebOrigin
from services.ingest.http.stream import TolerantStream

Network = IPv4Network | IPv6Network
Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Host name to addresses. Raises `OSError`."""

PUBLIC_PORTS = frozenset({80, 443})
MAX_ADDRESSES = 3
"""Addresses of one host that are tried in turn."""
_CARRIES_IPV4 = tuple(
    IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
_BODILESS = frozenset({204, 304})
_HUNG_UP = "Server disconnected without sending a response"
_RELAYS = IPv4Network("192.88.99.0/24")  # 6to4 (RFC 7526): anycast to whoever answers


class NoAddress(httpcore.ConnectError):
    """The name does not resolve."""


class BlockedAddress(httpcore.ConnectError):
    """The name leads where the fetcher must not go. No connection was made."""


class NoConnection(httpcore.ConnectError):
    """No allowed address accepted the connection."""


def permitted(address: str, port: int, allow: Iterable[Network]) -> bool:
    """Whether a connection to `address` is allowed: public and on a web port, or inside `allow`."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(ip.version == network.version and ip in network for network in allow):
        return True
    return port in PUBLIC_PORTS and _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or any(ip in network for network in _CARRIES_IPV4)):
        return False
    if isinstance(ip, IPv4Address) and ip in _RELAYS:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to permitted addresses only."""

    def __init__(self, allow: Sequence[Network] = (), resolve: Resolve | None = None) -> None:
        self._allow = tuple(allow)
        self._resolve = resolve or _resolved
        self._inner = TcpBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise NoAddress(f"{host} does not resolve: {error}") from None
        good = [address for address in addresses if permitted(address, port, self._allow)]
        if not good:
            raise BlockedAddress(f"{host} port {port} is not a public web address")
        last: Exception | None = None
        for address in good[:MAX_ADDRESSES]:
            try:
                stream = await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
                return TolerantStream(stream)
            except (httpcore.ConnectError, OSError) as error:
                last = error
        raise NoConnection(str(last) or f"{host} refuses connections") from last

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolved(host: str) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over httpcore's connections with a guarded backend. Raises httpcore's own exceptions."""

    def __init__(
        self, allow: Sequence[Network] = (), *, connections: int = 100, resolve: Resolve | None = None
    ) -> None:
        self._origins = Origins(GuardedBackend(allow, resolve), connections=connections)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore.Request(
            method=request.method.encode(),
            url=url,
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        origin = WebOrigin(url.origin.scheme, url.origin.host, url.origin.port)
        while True:
            connection = await self._origins.lease(origin)
            may_be_stale = connection.is_idle() and request.method == "GET"
            try:
                answer = await connection.handle_async_request(asked)
                if _is_bare(answer):
                    await answer.aread()
                    await answer.aclose()
            except BaseException as error:
                await self._origins.release(origin, connection)
                if not (may_be_stale and _was_hung_up(error)):
                    raise
            else:
                break
        body: httpx.AsyncByteStream = _Body(answer, partial(self._origins.release, origin, connection))
        if _is_bare(answer):
            await body.aclose()
            body = httpx.ByteStream(b"")
        return httpx.Response(answer.status, headers=answer.headers, stream=body)

    async def aclose(self) -> None:
        await self._origins.close()


def _is_bare(answer: httpcore.Response) -> bool:
    """Whether it has no body: then it is over with its head, and its connection free for the next."""
    return answer.status in _BODILESS or (b"content-length", b"0") in answer.headers


def _was_hung_up(error: BaseException) -> bool:
    """Whether the server closed a connection between two requests, as it may (RFC 9112, 9.3.1)."""
    if isinstance(error, httpcore.RemoteProtocolError):
        return str(error).startswith(_HUNG_UP)
    return isinstance(error, httpcore.ReadError | httpcore.WriteError)


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, release: Callable[[], Awaitable[None]]) -> None:
        self._answer = answer
        self._release: Callable[[], Awaitable[None]] | None = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with aclosing(cast(AsyncGenerator[bytes, None], self._answer.aiter_stream())) as pieces:
            async for piece in pieces:
                yield piece

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            release, self._release = self._release, None
            if release:
                await release()
