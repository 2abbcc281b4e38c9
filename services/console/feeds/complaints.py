"""What there is to say against a feed, in one line. Pure."""

from services.console.feeds.account import account_of, badness, failed_polls
from services.console.feeds.census import UNPOLLED, Followed
from services.ops.redaction import public_url, redact

REASON_CHARS = 200
WELL = frozenset({"fresh", "paused", UNPOLLED})


def complaint(one: Followed) -> str:
    """That it fails or loses, and why; empty where it fares well now."""
    if one.state is None or one.status in WELL:
        return ""
    reason = " ".join(str(redact(one.state.reason, REASON_CHARS)).split())
    lost = f"of its entries {account_of(one.state)}" if one.status == "losing" else ""
    told = "; ".join(filter(None, (reason, lost)))
    return f"{public_url(one.feed.url)} is {one.status}" + (f": {told}" if told else "")


def past_complaint(one: Followed) -> str:
    """What there is to say against it now, else of its last polls that failed."""
    polls = one.state.polls if one.state else ()
    failed = failed_polls(polls)
    if complaint(one) or not failed:
        return complaint(one)
    reasons = ", ".join(f"{count} {reason}" for reason, count in failed.most_common())
    made = sum(poll.times for poll in polls)
    return f"{public_url(one.feed.url)} is {one.status}; of its last {made} polls failed: {reasons}"


def worst_first(one: Followed) -> tuple[int, str]:
    """A key to sort by."""
    return badness(one.status), one.feed.url
