"""The lease of pushes that a feed's hub grants (WebSub): when to ask for one, and what it is worth. Pure.

A push is a hint to look: the feed is polled at once, by the rules of every poll. Polling goes on beneath, at
a lower rate, and at its own where the hub turns out to tell nothing.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from services.contracts.feeds import PushLease
from services.ingest.readings import FeedReading, LeaseReading

SLOWER = 4.0
"""So many times its usual interval a feed is left to its hub."""
MISSES_MOST = 2
"""Polls in a row that found what the hub had not told: from then on it counts for nothing, until it tells."""
VERIFICATION_S = 600.0
"""How long a hub may take to verify; then it is asked again, after twice as long each time."""
LONGEST_S = 24 * 3_600.0
RENEWAL = 0.2
"""A lease is renewed when so much of it is left."""
SHORTEST_LEASE_S = 60
LONGEST_LEASE_S = 14 * 24 * 3_600
REASON_MAX = 200


def offered(lease: PushLease | None, reading: FeedReading) -> PushLease | None:
    """What is known of the lease after a document; another hub or topic is another lease."""
    if not reading.hub_url:
        return None
    topic = reading.self_url or reading.url
    if lease and (lease.hub, lease.topic) == (reading.hub_url, topic):
        return lease
    return PushLease(hub=reading.hub_url, topic=topic)


def polled(lease: PushLease | None, new: int, *, pushed: bool) -> PushLease | None:
    """After a poll that found so many new entries; `pushed`: the hub had asked for it."""
    if lease is None or lease.status != "active":
        return lease
    misses = 0 if pushed else lease.misses + bool(new)
    return lease if misses == lease.misses else replace(lease, misses=misses)


def works(lease: PushLease | None, at: datetime) -> bool:
    """Whether the hub can be counted on to tell of news."""
    return (
        lease is not None
        and lease.status == "active"
        and lease.until is not None
        and lease.until > at
        and lease.misses < MISSES_MOST
    )


def wants_asking(lease: PushLease, callback: str, now: datetime) -> bool:
    """Whether the hub is to be asked for pushes to `callback`, for the first time or again."""
    if lease.at is None or (lease.callback != callback and lease.status == "active"):
        return True
    if lease.status == "active" and lease.until:
        return lease.until - now <= RENEWAL * (lease.until - lease.at) and now - lease.at > _pause(lease)
    return now - lease.at > _pause(lease)


def after(lease: PushLease, reading: LeaseReading) -> PushLease:
    """What a hub's answer makes of it. A lease that is being renewed holds until it ends."""
    reason = reading.reason[:REASON_MAX]
    match reading.outcome:
        case "asked":
            holds = works(lease, reading.at) and lease.callback == reading.callback
            failures = lease.failures + 1
            status = "active" if holds else "asked"
            question = {"callback": reading.callback, "at": reading.at, "reason": reason}
            return replace(lease, status=status, failures=failures, **question)
        case "active":
            seconds = min(max(reading.lease_s, SHORTEST_LEASE_S), LONGEST_LEASE_S)
            until = reading.at + timedelta(seconds=seconds)
            return replace(lease, status="active", until=until, failures=0, misses=0, reason="")
        case "refused":
            return replace(lease, status="refused", at=reading.at, until=None, reason=reason)
        case _:
            return PushLease(hub=lease.hub, topic=lease.topic)


def _pause(lease: PushLease) -> timedelta:
    if lease.status == "refused":
        return timedelta(seconds=LONGEST_S)
    return timedelta(seconds=min(VERIFICATION_S * 2 ** min(max(lease.failures - 1, 0), 16), LONGEST_S))
