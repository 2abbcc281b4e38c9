"""Connections of many hosts, kept in a small pool each.

One pool of all connections looks at each of them for every request and every end of one; a hundred thousand
feeds are on tens of thousands of hosts. Here a request costs the same however many others are under way.
"""

import asyncio
import ssl
import time
from collections import Counter, OrderedDict
from functools import cached_property
from typing import NamedTuple

import httpcore

KEEPALIVE_S = 15.0


class WebOrigin(NamedTuple):
    scheme: bytes
    host: bytes
    port: int | None


class Origins:
    """At most so many requests at once, and half as many origins whose connections are kept while idle."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, *, connections: int) -> None:
        self._backend = backend
        self._connections = connections
        self._room = asyncio.Semaphore(connections)
        self._pools: dict[WebOrigin, httpcore.AsyncConnectionPool] = {}
        self._users: Counter[WebOrigin] = Counter()
        self._idle: OrderedDict[WebOrigin, float] = OrderedDict()
        """Those without a request, and since when: the one idle for longest first."""

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all: to read the certificates of all authorities takes as long as many a fetch."""
        return httpcore.default_ssl_context()

    async def lease(self, origin: WebOrigin) -> httpcore.AsyncConnectionPool:
        """A pool for one request, until `release`."""
        await self._room.acquire()
        self._users[origin] += 1
        self._idle.pop(origin, None)
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls if origin.scheme == b"https" else None,
                network_backend=self._backend,
                max_connections=self._connections,
                keepalive_expiry=KEEPALIVE_S,
            )
        return pool

    async def release(self, origin: WebOrigin) -> None:
        """Its request and its answer are over."""
        self._room.release()
        self._users[origin] -= 1
        if self._users[origin] <= 0:
            del self._users[origin]
            self._idle[origin] = time.monotonic()
        await self._close_idle()

    async def _close_idle(self) -> None:
        while self._idle:
            origin, since = next(iter(self._idle.items()))
            if len(self._idle) <= self._connections // 2 and time.monotonic() - since < KEEPALIVE_S:
                return
            del self._idle[origin]
            await self._pools.pop(origin).aclose()

    async def close(self) -> None:
        self._idle.clear()
        while self._pools:
            await self._pools.popitem()[1].aclose()
