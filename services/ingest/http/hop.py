"""One request and what came back on the wire, as a recording keeps it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from services.ingest.http.exchange import Outcome

Kind = Literal["feed", "page"]

HeaderLines = Sequence[tuple[str, str]]


class Hop(NamedTuple):
    """A fetch is one of them, and one more for each redirect."""

    url: str
    asked_with: HeaderLines
    """Headers of the request, as sent, without what logs in."""
    status: str
    """Such as `200 OK`."""
    headers: HeaderLines
    body: bytes
    """As it came, codings and all, chunks put together."""


class WireFetch(NamedTuple):
    """All that a fetch was, under the moment at which it counts."""

    at: datetime
    kind: Kind
    url: str
    outcome: Outcome
    reason: str
    final_url: str
    retry_after_s: int
    hops: Sequence[Hop]
