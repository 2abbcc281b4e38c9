"""When to look again: pure functions of what is remembered and what time it is.

Jitter is a hash of the feed, so that a schedule is the same in every run and feeds of one host do not
march in step.
"""

import zlib
from datetime import datetime, timedelta

from services.contracts.feeds import FeedState, Rhythm
from services.ingest.polling.rhythm import PollBounds, interval_s

LONGEST_S = 24 * 3_600
HINT_MOST = 4.0
"""A publisher's wish makes a feed wait at most so many times as long as its rhythm says: many a content
system wishes for a day by default, whatever it serves."""
RETRY_S = 90.0
"""First retry of what may be over in a moment: no answer, a broken one, an overloaded server."""
GONE_S = 7 * 24 * 3_600
"""A feed that answered 410 is asked once a week: feeds do come back."""
FULL_FETCH_S = 24 * 3_600
"""Once in this time the validators are left out: some servers answer 304 for ever."""
PAGE_RETRIES_S = (60, 5 * 60, 30 * 60, 2 * 3_600)
JITTER = 0.1


def after_success(
    feed_id: str, rhythm: Rhythm, hint_s: int, bounds: PollBounds, *, slower: float = 1.0
) -> datetime:
    """Next poll. `hint_s` is the publisher's wish (ttl, max-age, Expires; 0 is none).

    `slower`: so many times as late, where somebody else tells of news.
    """
    usual_s = slower * interval_s(rhythm, bounds)
    wait_s = max(usual_s, min(hint_s, HINT_MOST * usual_s))
    return rhythm.at + timedelta(seconds=jittered(feed_id, min(wait_s, bounds.longest_s)))


def after_failure(
    feed_id: str, at: datetime, failures: int, retry_after_s: int, bounds: PollBounds, *, passing: bool
) -> datetime:
    """Next poll after `failures` in a row (1 and up), doubling, never before Retry-After.

    `passing`: a kind of failure that may be over in a moment. Others begin with the default interval: 404 is
    patient, for feeds do come back.
    """
    first_s = min(RETRY_S, bounds.default_s) if passing else bounds.default_s
    wait_s = min(first_s * 2 ** min(failures - 1, 16), bounds.longest_s)
    return at + timedelta(seconds=max(jittered(feed_id, wait_s), min(retry_after_s, LONGEST_S)))


def after_gone(feed_id: str, at: datetime) -> datetime:
    return at + timedelta(seconds=jittered(feed_id, GONE_S))


def page_retry(url: str, at: datetime, attempts: int, retry_after_s: int) -> datetime:
    """Next attempt at a page after `attempts` that failed (1 and up)."""
    wait = PAGE_RETRIES_S[min(attempts, len(PAGE_RETRIES_S)) - 1]
    return at + timedelta(seconds=max(jittered(url, wait), min(retry_after_s, LONGEST_S)))


def conditional(state: FeedState, now: datetime) -> bool:
    """Whether the next fetch may send validators: not once a day, at an hour that is the feed's own."""
    if state.polled_at is None:
        return False
    shift = _fraction(state.feed_id) * FULL_FETCH_S
    period_then, period_now = ((t.timestamp() + shift) // FULL_FETCH_S for t in (state.polled_at, now))
    return period_then == period_now


def jittered(name: str, seconds: float) -> float:
    """A little longer, by a share that is the name's own."""
    return seconds * (1 + JITTER * _fraction(name))


def _fraction(name: str) -> float:
    """A stable number in [0, 1)."""
    return zlib.crc32(name.encode("utf-8", "replace")) / 2**32
