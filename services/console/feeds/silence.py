"""Whether a feed is silent that should be heard: for those whose silence alone wakes somebody. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from services.console.feeds.census import Followed
from services.console.feeds.complaints import complaint
from services.ingest.polling.rhythm import expected_entries
from services.ops.redaction import public_url

UNANSWERED = timedelta(minutes=30)
"""A key feed that told nothing for so long, and for twice its interval, is silent."""
QUIET_LEAST = timedelta(hours=2)
EXPECTED = 25.0
"""So many entries were to be expected since the last one, and none came. Luck brings that never; it leaves
room for a day on which an outlet rests."""
ENDED = frozenset({"gone", "losing"})


def silence(one: Followed, now: datetime) -> str:
    """Why a feed counts as silent, in a line; empty where it is heard, or nobody listens."""
    state = one.state
    if state is None or one.feed.paused:
        return ""
    if one.status in ENDED:
        return complaint(one)
    polled, due = state.polled_at, state.due_at
    interval = due - polled if polled and due and not state.failures else timedelta(0)
    told_at = state.looked_at or (state.rhythm.since if state.rhythm else polled)
    if told_at and now - told_at > max(UNANSWERED, 2 * interval):
        why = f": {state.reason}" if state.reason else ""
        return f"{public_url(one.feed.url)} told nothing for {_span(now - told_at)}{why}"
    return _unusual_quiet(one, now)


def _unusual_quiet(one: Followed, now: datetime) -> str:
    """It answers, and brings nothing new for longer than its rhythm lets expect."""
    state = one.state
    if state is None or state.rhythm is None or state.news_at is None:
        return ""
    if now - state.news_at < QUIET_LEAST or not any(state.rhythm.hours):
        return ""
    expected = expected_entries(state.rhythm, state.news_at, now)
    if expected < EXPECTED:
        return ""
    since, usual = _span(now - state.news_at), f"in which it brings {expected:.0f} entries"
    return f"{public_url(one.feed.url)} brought nothing new for {since}, {usual}"


def silent_keys(followed: Iterable[Followed], now: datetime) -> Iterator[tuple[Followed, str]]:
    """Key feeds that are silent, with the reason."""
    for one in followed:
        if one.feed.priority == "key" and (why := silence(one, now)):
            yield one, why


def _span(span: timedelta) -> str:
    return str(timedelta(minutes=round(span.total_seconds() / 60))).removesuffix(":00") + " h"
