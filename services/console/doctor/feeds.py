"""Which feeds fail or bring nothing, and what to do. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.console.doctor.finding import Finding
from services.console.feeds.account import account_of, badness
from services.console.feeds.census import UNPOLLED, Followed
from services.ops.redaction import public_url, redacted

NAMED = 10
"""Feeds named, the worst first."""
WELL = frozenset({"fresh", "paused", UNPOLLED})
REASON_CHARS = 200


def feed_findings(followed: Sequence[Followed], now: datetime) -> Iterator[Finding]:
    """One for each feed that fails, within bounds; one for all that nobody polls; one where all are well."""
    ill = sorted((one for one in followed if one.status not in WELL), key=_worst_first)
    overdue = sum(one.state_at(now) == "overdue" for one in followed)
    for one in ill[:NAMED]:
        url = public_url(one.feed.url)
        yield Finding("feeds", f"{url} is {one.status}{_why(one)}", f"see `newsfold feeds show {url}`")
    if len(ill) > NAMED:
        rest = f"… and {len(ill) - NAMED:,} more of {len(followed):,} feeds"
        yield Finding("feeds", rest, "see `newsfold feeds list`")
    if overdue:
        told = f"{overdue:,} of {len(followed):,} were not polled for twice their interval"
        yield Finding("feeds", told, "is `newsfold run` at work? If so: raise ingest.in_flight")
    if not ill and not overdue:
        yield Finding("feeds", _all_well(followed))


def _worst_first(one: Followed) -> tuple[int, str]:
    return badness(one.status), one.feed.url


def _all_well(followed: Sequence[Followed]) -> str:
    waiting = sum(one.status == UNPOLLED for one in followed)
    if not followed:
        return "none are followed"
    return f"{len(followed):,} followed, none fails" + (f", {waiting:,} not polled yet" if waiting else "")


def _why(one: Followed) -> str:
    if one.state is None:
        return ""
    reason = " ".join(str(redacted(one.state.reason, REASON_CHARS)).split())
    lost = f"of its entries {account_of(one.state)}" if one.status == "losing" else ""
    told = "; ".join(filter(None, (reason, lost)))
    return f": {told}" if told else ""
