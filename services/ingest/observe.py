"""Exchanges into readings: the same for the network and for recordings."""

from datetime import datetime
from hashlib import sha256

from services.ingest.http.exchange import Exchange
from services.ingest.readings import FeedReading, PageReading, ParsedFeed, ParsedPage


def body_digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]


def feed_reading(
    feed_id: str, exchange: Exchange, parsed: ParsedFeed | None, at: datetime, *, pushed: bool = False
) -> FeedReading:
    """`parsed` is None where there was no new body to parse. `pushed`: the feed's hub asked for it."""
    return FeedReading(
        feed_id=feed_id,
        url=exchange.url,
        at=at,
        outcome=exchange.outcome,
        reason=exchange.reason,
        etag=exchange.etag,
        last_modified=exchange.last_modified,
        max_age_s=exchange.max_age_s,
        retry_after_s=exchange.retry_after_s,
        permanent_url=exchange.permanent_url,
        hub_url=exchange.hub_url or (parsed.hub_url if parsed else ""),
        self_url=exchange.self_url or (parsed.self_url if parsed else ""),
        pushed=pushed,
        body_digest=body_digest(exchange.body) if exchange.outcome == "ok" else "",
        parsed=parsed,
    )


def page_reading(
    exchange: Exchange, parsed: ParsedPage | None, at: datetime, origin: str = ""
) -> PageReading:
    return PageReading(
        url=exchange.url,
        final_url=exchange.final_url,
        at=at,
        outcome=exchange.outcome,
        reason=exchange.reason,
        retry_after_s=exchange.retry_after_s,
        etag=exchange.etag,
        last_modified=exchange.last_modified,
        parsed=parsed,
        origin=origin,
    )
