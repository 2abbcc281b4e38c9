"""Connections of many hosts, and who may use them.

httpcore's pool looks at each of its connections for every request and every end of one; a hundred thousand
feeds are on tens of thousands of hosts. Here a request costs the same however many others are under way.
"""

import asyncio
import ssl
import time
from collections import OrderedDict
from functools import cached_property
from typing import NamedTuple

import httpcore

KEEPALIVE_S = 5.0
"""Servers give up idle connections soon; what is asked of a host next comes at once, or much later."""


class WebOrigin(NamedTuple):
    scheme: bytes
    host: bytes
    port: int


class Origins:
    """At most so many requests at once, and half as many connections that are kept while idle."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, *, connections: int) -> None:
        self._backend = backend
        self._connections = connections
        self._room = asyncio.Semaphore(connections)
        self._idle: dict[WebOrigin, list[httpcore.AsyncHTTPConnection]] = {}
        """None empty."""
        self._since: OrderedDict[httpcore.AsyncHTTPConnection, tuple[WebOrigin, float]] = OrderedDict()
        """Those idle, and since when: the one idle for longest first."""
        self._leased: set[httpcore.AsyncHTTPConnection] = set()
        self._is_closed = False

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all: to read the certificates of all authorities takes as long as many a fetch."""
        return httpcore.default_ssl_context()

    async def lease(self, origin: WebOrigin) -> httpcore.AsyncHTTPConnection:
        """A connection for one request, until `release`; idle where it had others before."""
        await self._room.acquire()
        while origin in self._idle:
            connection = self._idle[origin][-1]
            self._forget(connection)
            if not connection.has_expired():
                self._leased.add(connection)
                return connection
            await connection.aclose()
        connection = httpcore.AsyncHTTPConnection(
            httpcore.Origin(*origin),
            ssl_context=self._tls if origin.scheme == b"https" else None,
            keepalive_expiry=KEEPALIVE_S,
            network_backend=self._backend,
        )
        self._leased.add(connection)
        return connection

    async def release(self, origin: WebOrigin, connection: httpcore.AsyncHTTPConnection) -> None:
        """Its request and its answer are over."""
        self._room.release()
        self._leased.discard(connection)
        if connection.is_idle() and not connection.is_closed() and not self._is_closed:
            self._idle.setdefault(origin, []).append(connection)
            self._since[connection] = origin, time.monotonic()
        else:
            await connection.aclose()
        await self._close_idle()

    async def _close_idle(self) -> None:
        while self._since:
            connection, (_, since) = next(iter(self._since.items()))
            if len(self._since) <= self._connections // 2 and time.monotonic() - since < KEEPALIVE_S:
                return
            self._forget(connection)
            await connection.aclose()

    def _forget(self, connection: httpcore.AsyncHTTPConnection) -> None:
        origin, _ = self._since.pop(connection)
        self._idle[origin].remove(connection)
        if not self._idle[origin]:
            del self._idle[origin]

    async def close(self) -> None:
        """Also of what is leased still: nobody may be there any more to give it back."""
        self._is_closed = True
        self._idle.clear()
        while self._since:
            await self._since.popitem()[0].aclose()
        while self._leased:
            await self._leased.pop().aclose()
