"""One HTTP exchange as ingest sees it, whether it happened on the network or in a recording."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Literal

import msgspec

from services.ingest.http.links import link_targets

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
    "truncated",
    "blocked_address",
    "bad_url",
    "redirect",
    "protocol",
    "robots_denied",
    "robots_unreachable",
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
"""Characters kept of a header: a validator longer than that is not worth remembering."""
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked and what came back; `body` is decoded and empty unless the outcome is `ok`."""

    url: str
    final_url: str = ""
    """After redirects; empty where there were none."""
    permanent_url: str = ""
    """Where redirects that are for good (301, 308) lead from `url`, before any that is not; else empty."""
    outcome: Outcome
    reason: str = ""
    """For people, one line."""
    status: int = 0
    """0 where no answer came."""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    """Both exactly as sent; empty unless the exchange was `ok` or `not_modified`, so that what did not come
    whole is never asked for by its name."""
    max_age_s: int = 0
    retry_after_s: int = 0
    body: bytes = b""
    wire_bytes: int = 0
    hub_url: str = ""
    self_url: str = ""
    """Of the Link headers of an answer that was `ok`: its hub and its own address (WebSub), absolute."""
    codings: str = ""
    """`Content-Encoding` as sent."""


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


def answered(
    url: str,
    status: int,
    headers: Mapping[str, str],
    *,
    final_url: str = "",
    outcome: Outcome | None = None,
    reason: str = "",
    body: bytes = b"",
    wire_bytes: int = 0,
) -> Exchange:
    """An exchange with an answer. `headers` by lower-case name; without `outcome` the status decides."""
    ended = outcome or outcome_of(status)
    links = link_targets(headers.get("link", ""), final_url or url) if ended == "ok" else {}
    return Exchange(
        url=url,
        final_url=final_url if final_url != url else "",
        outcome=ended,
        reason=reason or ("" if ended in {"ok", "not_modified"} else f"HTTP status {status}"),
        status=status,
        content_type=headers.get("content-type", "")[:MAX_HEADER],
        etag=_kept_validator(headers.get("etag", ""), ended),
        last_modified=_kept_validator(headers.get("last-modified", ""), ended),
        max_age_s=_max_age_s(headers.get("cache-control", "")),
        retry_after_s=_retry_after_s(headers.get("retry-after", ""), headers.get("date", "")),
        body=body if ended == "ok" else b"",
        wire_bytes=wire_bytes,
        hub_url=links.get("hub", ""),
        self_url=links.get("self", ""),
        codings=headers.get("content-encoding", "")[:MAX_HEADER],
    )


def _kept_validator(validator: str, ended: Outcome) -> str:
    return validator if ended in {"ok", "not_modified"} and len(validator) <= MAX_HEADER else ""


def _max_age_s(cache_control: str) -> int:
    match = _MAX_AGE.search(cache_control)
    return int(match[1]) if match else 0


def _retry_after_s(value: str, date: str) -> int:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3); a date counts from the answer's own Date."""
    if value.strip().isdigit():
        return min(int(value.strip()[:9]), 10**8)
    try:
        return max(0, int((parsedate_to_datetime(value) - parsedate_to_datetime(date)).total_seconds()))
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0
