"""One GET over the network, bounded in bytes, time and hops.

Whatever a server does ends as an `Exchange` with an outcome; only cancellation passes through.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Self, cast
from urllib.parse import urljoin

import httpcore
import httpx
import msgspec

from services.ingest.http.exchange import Exchange, Outcome, answered
from services.ingest.http.guard import (
    BlockedAddress,
    GuardedTransport,
    Network,
    NoAddress,
    NoConnection,
    Resolve,
)
from services.ingest.http.inflate import Bomb, Damaged, Decoder, Unsupported
from services.ingest.urls import canonical

USER_AGENT = "newsfold/0.1"
ACCEPT_FEED = (
    "application/rss+xml, application/atom+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"


class FetchLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one fetch, redirects included."""

    wire_bytes: int = 15 << 20
    decoded_bytes: int = 15 << 20
    total_s: float = 20.0
    connect_s: float = 5.0
    read_s: float = 10.0
    """Longest silence of a server."""
    redirects: int = 5
    connections: int = 100


class Fetcher:
    """GETs through a guarded transport. Close it, or use it as an async context manager."""

    def __init__(
        self,
        *,
        allow: Sequence[Network] = (),
        limits: FetchLimits = FetchLimits(),  # noqa: B008 - frozen
        user_agent: str = USER_AGENT,
        resolve: Resolve | None = None,
    ) -> None:
        self._limits = limits
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(allow, connections=limits.connections, resolve=resolve),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s, pool=limits.total_s),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
        )

    async def get(self, url: str, *, accept: str, etag: str = "", last_modified: str = "") -> Exchange:
        """Fetch `url`. Validators are echoed exactly as given."""
        headers = {"Accept": accept}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await self._followed(url, headers)
        except TimeoutError:
            return _failed(url, "timeout", f"not done within {self._limits.total_s:g} s")
        except Exception as error:  # noqa: BLE001 - a server must not be able to stop the others
            return _failed(url, *_named(error))

    async def _followed(self, url: str, headers: dict[str, str]) -> Exchange:
        here = url
        for _ in range(self._limits.redirects + 1):
            if canonical(here) is None:
                return _failed(
                    url, "bad_url" if here == url else "redirect", "not an http(s) URL that can be fetched"
                )
            async with self._client.stream("GET", here, headers=headers) as response:
                target = response.headers.get("location", "")
                if not (300 <= response.status_code < 400 and response.status_code != 304 and target):
                    return await self._answer(url, here, response)
                here = urljoin(here, target.strip()).partition("#")[0]
        return _failed(url, "redirect", f"more than {self._limits.redirects} redirects")

    async def _answer(self, url: str, here: str, response: httpx.Response) -> Exchange:
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status_code
        if not 200 <= status < 300:
            return answered(url, status, headers, final_url=here)
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._limits.wire_bytes:
            reason = f"announces {announced} bytes; allowed: {self._limits.wire_bytes}"
            return answered(url, status, headers, final_url=here, outcome="too_large", reason=reason)
        try:
            body, wire_bytes = await self._body(response, headers.get("content-encoding", ""))
        except _Refused as refused:
            return answered(
                url, status, headers, final_url=here, outcome=refused.outcome, reason=str(refused)
            )
        return answered(url, status, headers, final_url=here, body=body, wire_bytes=wire_bytes)

    async def _body(self, response: httpx.Response, encoding: str) -> tuple[bytes, int]:
        limits = self._limits
        wire_bytes = 0
        pieces: list[bytes] = []
        try:
            decoder = Decoder(encoding, limits.decoded_bytes)
            async with aclosing(cast(AsyncGenerator[bytes, None], response.aiter_raw())) as raw:
                async for piece in raw:
                    wire_bytes += len(piece)
                    if wire_bytes > limits.wire_bytes:
                        raise _Refused("too_large", f"more than {limits.wire_bytes} bytes")
                    pieces.append(decoder.feed(piece))
        except Unsupported as error:
            raise _Refused("encoding", str(error)) from None
        except Damaged as error:
            raise _Refused("encoding", str(error)) from None
        except Bomb:
            raise _Refused("bomb", f"{wire_bytes} bytes decode to over {limits.decoded_bytes}") from None
        return b"".join(pieces), wire_bytes

    async def close(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _Refused(Exception):
    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome: Outcome = outcome


def _failed(url: str, outcome: Outcome, reason: str) -> Exchange:
    return Exchange(url=url, outcome=outcome, reason=reason)


_OUTCOMES: tuple[tuple[type[Exception], Outcome], ...] = (
    (NoAddress, "dns"),
    (BlockedAddress, "blocked_address"),
    (NoConnection, "connect"),
    (httpcore.ConnectError, "tls"),  # the guard names every other failure to connect
    (httpcore.TimeoutException, "timeout"),
    (httpx.InvalidURL, "bad_url"),
    (httpcore.NetworkError, "protocol"),
)


def _named(error: Exception) -> tuple[Outcome, str]:
    """Outcome and one line. What is not in the table is a server that does not speak HTTP."""
    fitting: list[Outcome] = [outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)]
    outcome = fitting[0] if fitting else "protocol"
    return outcome, " ".join(f"{type(error).__name__}: {error}".split())[:300]
