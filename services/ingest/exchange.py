"""One HTTP exchange as ingest sees it, whether it happened on the network or in a recording."""

from typing import Literal

import msgspec

Outcome = Literal[
    "ok",
    "not_modified",
    "http_403",
    "http_404",
    "http_410",
    "http_429",
    "http_4xx",
    "http_5xx",
    "timeout",
    "dns",
    "connect",
    "tls",
    "too_large",
    "bomb",
    "encoding",
    "blocked_address",
    "bad_url",
    "redirect",
    "protocol",
]
"""How an exchange ended: a closed set, each a metric label."""

_OWN_OUTCOME: dict[int, Outcome] = {
    304: "not_modified",
    403: "http_403",
    404: "http_404",
    410: "http_410",
    429: "http_429",
}
MAX_HEADER = 1_000


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked and what came back; `body` is decoded and empty unless the outcome is `ok`."""

    url: str
    final_url: str = ""
    """After redirects; empty where there were none."""
    outcome: Outcome
    reason: str = ""
    """For people, one line."""
    status: int = 0
    """0 where no answer came."""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    """Both exactly as sent."""
    max_age_s: int = 0
    retry_after_s: int = 0
    body: bytes = b""
    wire_bytes: int = 0


def outcome_of(status: int) -> Outcome:
    """The outcome of an answered request that is no redirect."""
    if 200 <= status < 300:
        return "ok"
    known = _OWN_OUTCOME.get(status)
    if known:
        return known
    if 300 <= status < 400:
        return "redirect"
    return "http_4xx" if 400 <= status < 500 else "http_5xx" if 500 <= status < 600 else "protocol"
