"""Logins of sites that ask for one: held in memory, sent to the site they are for, shown nowhere.

A login belongs to an origin (scheme, host, port). It is sent there, and from a site in the clear also to
the same host over TLS; never to another host, another port, or in the clear where it was given for TLS.
"""

from base64 import b64encode
from collections.abc import Iterable
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from services.ingest.urls import without_login
from services.ops.secret import Secret

_PORT = {"http": 80, "https": 443}


class Login(NamedTuple):
    """Who may read what lies at an address."""

    url: str
    """Without user and password."""
    user: str
    password: Secret

    def __repr__(self) -> str:
        return f"Login({self.url!r}, ***)"

    def fits(self, origin: tuple[str, str, int]) -> bool:
        own = _origin(self.url)
        upgraded = own is not None and (own[0], own[2]) == ("http", 80) and origin == ("https", own[1], 443)
        return own == origin or upgraded

    def header(self) -> str:
        """Of the Authorization header (RFC 7617)."""
        pair = f"{self.user}:{self.password.reveal()}".encode("utf-8", "surrogateescape")
        return f"Basic {b64encode(pair).decode()}"


def login_in(url: str) -> Login | None:
    """The login written into an address, percent-encoding undone."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.username is None and parts.password is None:
        return None
    return Login(without_login(url), unquote(parts.username or ""), Secret(unquote(parts.password or "")))


class Credentials:
    """Logins by the addresses they were given for."""

    def __init__(self, logins: Iterable[Login] = ()) -> None:
        self.logins = tuple(logins)

    def __repr__(self) -> str:
        return f"Credentials({len(self.logins)} logins)"

    def __add__(self, other: "Credentials") -> "Credentials":
        return Credentials((*self.logins, *other.logins))

    def authorization(self, url: str) -> str:
        """The Authorization header for a request to `url`; empty for none.

        Of several logins for one site the one whose address shares the longest beginning with `url`.
        """
        origin = _origin(url)
        fitting = [login for login in self.logins if origin and login.fits(origin)]
        nearest = max(fitting, key=lambda login: _shared(login.url, url), default=None)
        return nearest.header() if nearest else ""


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname or "", port) if parts.scheme in _PORT else None


def _shared(one: str, other: str) -> int:
    """Characters that two paths have in common at their beginning."""
    pairs = zip(urlsplit(one).path, urlsplit(other).path, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
