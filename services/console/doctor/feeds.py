"""Which feeds fail or bring nothing, and what to do. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.console.doctor.finding import Finding
from services.console.feeds.census import UNPOLLED, Followed
from services.console.feeds.complaints import complaint, worst_first
from services.console.feeds.silence import silent_keys
from services.ops.redaction import public_url

NAMED = 10
"""Feeds named, the worst first."""


def feed_findings(followed: Sequence[Followed], now: datetime) -> Iterator[Finding]:
    """One for each feed that fails, within bounds; one for all that nobody polls; one where all are well."""
    silent = {one.feed.feed_id: why for one, why in silent_keys(followed, now)}
    for why in list(silent.values())[:NAMED]:
        yield Finding("feeds", f"key feed {why}", "its silence wakes somebody: see `newsfold feeds show`")
    ill = sorted(filter(complaint, followed), key=worst_first)
    ill = [one for one in ill if one.feed.feed_id not in silent]
    overdue = sum(one.state_at(now) == "overdue" for one in followed)
    for one in ill[:NAMED]:
        yield Finding("feeds", complaint(one), f"see `newsfold feeds show {public_url(one.feed.url)}`")
    if len(ill) > NAMED:
        rest = f"… and {len(ill) - NAMED:,} more of {len(followed):,} feeds"
        yield Finding("feeds", rest, "see `newsfold feeds list`")
    if overdue:
        told = f"{overdue:,} of {len(followed):,} were not polled for twice their interval"
        yield Finding("feeds", told, "is `newsfold run` at work? If so: raise ingest.in_flight")
    if not (ill or overdue or silent):
        yield Finding("feeds", _all_well(followed))


def _all_well(followed: Sequence[Followed]) -> str:
    waiting = sum(one.status == UNPOLLED for one in followed)
    if not followed:
        return "none are followed"
    return f"{len(followed):,} followed, none fails" + (f", {waiting:,} not polled yet" if waiting else "")
