"""A feed as one JSON object: in short for lists, or with all that is known of it. Pure."""

from collections.abc import Mapping
from typing import Any

from services.console.feeds.account import account_of
from services.console.feeds.census import Followed
from services.contracts.feeds import FeedState, PendingPage, Poll, Unused
from services.ingest.urls import without_login
from services.ops.redaction import redact

REASON_CHARS = 1_000
Row = Mapping[str, Any]


def short_row(one: Followed) -> Row:
    state = one.state or FeedState(feed_id=one.feed.feed_id)
    account = account_of(state)
    return {
        "feed_id": one.feed.feed_id,
        "url": without_login(one.feed.url),
        "source": one.feed.source,
        "status": one.status,
        "reason": redact(state.reason, REASON_CHARS),
        "failures": state.failures,
        "polled_at": state.polled_at,
        "due_at": state.due_at,
        "pending": len(state.pending),
        "listed": account.listed,
        "fates": account.fates,
    }


def whole_row(one: Followed) -> Row:
    """The short row, and what the feed is, its last polls, the pages that wait, the entries not used."""
    state = one.state or FeedState(feed_id=one.feed.feed_id)
    return {
        **short_row(one),
        "title": one.feed.title,
        "home_url": without_login(state.home_url or one.feed.home_url),
        "language": one.feed.language,
        "full_text": one.feed.full_text,
        "polls": [_poll(poll) for poll in state.polls],
        "waiting": [_page(page) for page in state.pending],
        "unused": [_unused(entry) for entry in state.unused],
    }


def _poll(poll: Poll) -> Row:
    return {
        "at": poll.at,
        "outcome": poll.outcome,
        "reason": redact(poll.reason, REASON_CHARS),
        "listed": poll.listed,
        "entries": poll.entries,
        "times": poll.times,
    }


def _page(page: PendingPage) -> Row:
    return {
        "url": without_login(page.url),
        "title": page.title,
        "listed_at": page.listed_at,
        "attempts": page.attempts,
        "reason": page.reason,
        "due_at": page.due_at,
    }


def _unused(entry: Unused) -> Row:
    return {
        "at": entry.at,
        "reason": entry.reason,
        "about": redact(entry.about, REASON_CHARS),
        "detail": redact(entry.detail, REASON_CHARS),
    }
