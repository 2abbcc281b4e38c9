"""What stands before every answer: method, host, token, and the headers that keep a browser in check.

Reads only, no cookies: there is nothing to forge. The host is checked against a list, so that no other
name can be made to point here (DNS rebinding).
"""

import base64
import binascii
import hmac
from collections.abc import Collection, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEALTH: Final = "/healthz"
METHODS: Final = frozenset({"GET", "HEAD"})
LONGEST_PATH: Final = 4096
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
HEADERS: Final = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-frame-options", "DENY"),
    ("permissions-policy", "geolocation=(), camera=(), microphone=()"),
    ("x-robots-tag", "noindex, nofollow"),
)
Networks = Sequence[IPv4Network | IPv6Network]


class Guard:
    """Wraps the application. `hosts`: names without ports, lower case. `proxies`: who alone is answered."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], token: str = "", proxies: Networks = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._token = token
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        if scope["method"] not in METHODS:
            return _refused(405, "Only GET and HEAD are answered.", allow="GET, HEAD")
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_PATH:
            return _refused(414, "The address is too long.")
        return None if scope["path"] == HEALTH else self._stranger(scope, Headers(scope=scope))

    def _stranger(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        """What is said to who is not to be answered."""
        if host_name(headers.get("host", "")) not in self._hosts:
            return _refused(421, "This host name is not served here; desk.hosts lists those that are.")
        if self._proxies and not self._is_proxy(scope):
            return _refused(403, "Only the proxy that desk.proxies names is answered.")
        if self._token and not _bears(headers.get("authorization", ""), self._token):
            return _refused(
                401, "A token is asked for.", www_authenticate='Basic realm="Newsfold", charset="UTF-8"'
            )
        return None

    def _is_proxy(self, scope: Scope) -> bool:
        client = scope.get("client")
        try:
            return client is not None and any(ip_address(client[0]) in network for network in self._proxies)
        except ValueError:
            return False


def host_name(host: str) -> str:
    """Of a `Host` header: without the port, in lower case."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].rstrip(".")


def _bears(authorization: str, token: str) -> bool:
    """As a bearer token, or as the password of a browser's dialogue, under any name."""
    kind, _, given = authorization.partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def _refused(status: int, line: str, **headers: str) -> PlainTextResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return PlainTextResponse(f"{line}\n", status, named)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            set_all(headers, HEADERS)
            if "cache-control" not in headers:
                headers["cache-control"] = "private, no-cache"
        await send(message)

    return sending


def set_all(headers: MutableHeaders, values: Iterable[tuple[str, str]]) -> None:
    for name, value in values:
        headers[name] = value
