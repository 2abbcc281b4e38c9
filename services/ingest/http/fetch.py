"""One GET over the network, bounded in bytes, time and hops.

Whatever a server does ends as an `Exchange` with an outcome; only cancellation passes through.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Self, cast
from urllib.parse import urljoin

import httpcore
import httpx
import msgspec
from msgspec.structs import replace

from services.ingest.http.body import Body, BodyRefusal
from services.ingest.http.codings import ACCEPT_ENCODING
from services.ingest.http.cookies import ChainCookies
from services.ingest.http.credentials import Credentials, login_in
from services.ingest.http.exchange import Exchange, Outcome, answered
from services.ingest.http.guard import (
    BlockedAddress,
    GuardedTransport,
    Network,
    NoAddress,
    NoConnection,
    Resolve,
)
from services.ingest.http.heads import header_values
from services.ingest.http.hop import Hop
from services.ingest.urls import canonical, without_login

USER_AGENT = "newsfold/0.1"
ACCEPT_FEED = (
    "application/rss+xml, application/atom+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
_LOGGING_IN = frozenset({"authorization", "cookie"})
_FORM = {"Accept": "*/*", "Content-Type": "application/x-www-form-urlencoded"}
AT_A_TURN = 16
"""Steps of decoding, of 64 KiB each: about a millisecond."""
POSTED_BYTES = 4_096
"""Of an answer to a form that are looked at."""
_LASTING = frozenset({301, 308})
_CLOSED_EARLY = ("peer closed connection", "peer unexpectedly closed connection")
"""How h11 says that the connection ended before the length or the last chunk."""


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
        credentials: Credentials = Credentials(),  # noqa: B008 - never written to
        resolve: Resolve | None = None,
    ) -> None:
        self._limits = limits
        self._credentials = credentials
        # The transport without httpx's client, which costs as much as the rest of a request: redirects,
        # cookies and logins have rules of their own here.
        self._transport = GuardedTransport(allow, connections=limits.connections, resolve=resolve)
        timeout = httpx.Timeout(limits.read_s, connect=limits.connect_s, pool=limits.total_s)
        self._extensions = {"timeout": timeout.as_dict()}
        self._headers = {
            "Accept-Encoding": ACCEPT_ENCODING,
            "Connection": "keep-alive",
            "User-Agent": user_agent,
        }

    async def get(
        self,
        url: str,
        *,
        accept: str,
        etag: str = "",
        last_modified: str = "",
        cut_at: int = 0,
        hops: list[Hop] | None = None,
    ) -> Exchange:
        """Fetch `url`. Validators are echoed exactly as given. `cut_at`: the first so many bytes will do.

        `hops` takes what came over the wire.

        A login in the address is sent to its site and stands nowhere in what comes back.
        """
        headers = {"Accept": accept}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        login, url = login_in(url), without_login(url)
        credentials = self._credentials + Credentials([login]) if login else self._credentials
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await self._followed(url, headers, credentials, cut_at, hops)
        except TimeoutError:
            return _failed(url, "timeout", f"not done within {self._limits.total_s:g} s")
        except Exception as error:  # noqa: BLE001 - a server must not be able to stop the others
            return _failed(url, *_outcome_of(error))

    async def post(self, url: str, form: bytes) -> Exchange:
        """POST a form; redirects are not followed. An answer's body is read within bounds and thrown away."""
        try:
            async with asyncio.timeout(self._limits.total_s):
                if canonical(url) is None:
                    return _failed(url, "bad_url", "not an http(s) URL that can be asked")
                request = self._request("POST", url, _FORM, form)
                response = await self._transport.handle_async_request(request)
                async with aclosing(response):
                    headers = header_values(response.headers.raw)
                    return await self._answer(url, url, response, headers, cut_at=POSTED_BYTES, wire=[])
        except TimeoutError:
            return _failed(url, "timeout", f"not done within {self._limits.total_s:g} s")
        except Exception as error:  # noqa: BLE001 - a server must not be able to stop the others
            return _failed(url, *_outcome_of(error))

    async def _followed(
        self,
        url: str,
        headers: Mapping[str, str],
        credentials: Credentials,
        cut_at: int,
        hops: list[Hop] | None,
    ) -> Exchange:
        here, cookies = url, ChainCookies()
        permanent, lasting = url, True
        for _ in range(self._limits.redirects + 1):
            if canonical(here) is None:
                return _failed(
                    url, "bad_url" if here == url else "redirect", "not an http(s) URL that can be fetched"
                )
            request = self._request("GET", here, headers)
            cookies.give(request)
            if authorization := credentials.authorization(here):
                request.headers["Authorization"] = authorization
            response = await self._transport.handle_async_request(request)
            async with aclosing(response):
                given = header_values(response.headers.raw)
                target = given.get("location", "")
                if not (300 <= response.status_code < 400 and response.status_code != 304 and target):
                    wire: list[bytes] = []
                    exchange = await self._answer(url, here, response, given, cut_at=cut_at, wire=wire)
                    _note(hops, here, request, response, wire)
                    return replace(exchange, permanent_url=permanent if permanent != url else "")
                _note(hops, here, request, response, [])
                cookies.take(request, response)
                here = without_login(urljoin(here, target.strip()).partition("#")[0])
                lasting = lasting and response.status_code in _LASTING
                permanent = here if lasting else permanent
        return _failed(url, "redirect", f"more than {self._limits.redirects} redirects")

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes = b""
    ) -> httpx.Request:
        lines = {**self._headers, **headers}
        return httpx.Request(method, url, headers=lines, content=content, extensions=self._extensions)

    async def _answer(
        self,
        url: str,
        here: str,
        response: httpx.Response,
        headers: Mapping[str, str],
        *,
        cut_at: int,
        wire: list[bytes],
    ) -> Exchange:
        status = response.status_code
        if not 200 <= status < 300:
            return answered(url, status, headers, final_url=here)
        try:
            body = Body(
                status,
                headers,
                wire_limit=self._limits.wire_bytes,
                decoded_limit=self._limits.decoded_bytes,
                cut_at=cut_at,
            )
            early = not await _read(response, body, wire)
            await _in_turns(body.finish(early=early))
            whole = body.whole(early=early)
        except BodyRefusal as refused:
            return answered(
                url, status, headers, final_url=here, outcome=refused.outcome, reason=str(refused)
            )
        return answered(url, status, headers, final_url=here, body=whole, wire_bytes=body.wire_bytes)

    async def close(self) -> None:
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _note(
    hops: list[Hop] | None, url: str, request: httpx.Request, response: httpx.Response, wire: Sequence[bytes]
) -> None:
    if hops is None:
        return
    asked = [(name, value) for name, value in request.headers.items() if name not in _LOGGING_IN]
    hops.append(
        Hop(
            url,
            asked,
            f"{response.status_code} {response.reason_phrase}".strip(),
            response.headers.multi_items(),
            b"".join(wire),
        )
    )


async def _read(response: httpx.Response, body: Body, wire: list[bytes]) -> bool:
    """Read all of an answer's body; whether it ended where it should. Raises `BodyRefusal`."""
    try:
        async with aclosing(cast(AsyncGenerator[bytes, None], response.aiter_raw())) as raw:
            async for piece in raw:
                wire.append(piece)
                await _in_turns(body.take(piece))
                if body.is_enough:
                    break
    except httpcore.NetworkError:
        return False
    except httpcore.RemoteProtocolError as error:
        if not str(error).startswith(_CLOSED_EARLY):
            raise
        return False
    return True


async def _in_turns(steps: Iterator[None]) -> None:
    """All steps, with a turn of the loop for others now and then: bombs of several servers go off at once."""
    for number, _ in enumerate(steps, 1):
        if not number % AT_A_TURN:
            await asyncio.sleep(0)


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


def _outcome_of(error: Exception) -> tuple[Outcome, str]:
    """Outcome and one line. What is not in the table is a server that does not speak HTTP."""
    fitting: list[Outcome] = [outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)]
    outcome = fitting[0] if fitting else "protocol"
    return outcome, " ".join(f"{type(error).__name__}: {error}".split())[:300]
