"""What a look at a feed that brought nothing to remember changes, apart from what is remembered. Pure.

A feed remembers up to a thousand entries and more; most looks change a few times and counts. So the log has
the whole state as of the last look that brought something, and one small mark behind it.
"""

from itertools import takewhile

from msgspec.structs import replace

from services.contracts.feeds import FeedMark, FeedState, Poll
from services.ingest.polling.account import POLLS_KEPT, goes_on
from services.ingest.polling.rhythm import learn

_PREFIX = "mark:"


def mark_key(feed_id: str) -> str:
    return _PREFIX + feed_id


def is_mark_key(key: str) -> bool:
    return key.startswith(_PREFIX)


def mark_of(whole: FeedState, now: FeedState) -> FeedMark | None:
    """What tells `now` to somebody who has `whole`; None where more changed than a mark can say."""
    remembered = now.seen is whole.seen and now.pending is whole.pending and now.unused is whole.unused
    if not remembered or now.polled_at is None:
        return None
    mark = FeedMark(
        feed_id=now.feed_id,
        polled_at=now.polled_at,
        looked_at=None if now.looked_at == now.polled_at else now.looked_at,
        due_at=now.due_at,
        etag=_changed(whole.etag, now.etag),
        last_modified=_changed(whole.last_modified, now.last_modified),
        moved_to=_changed(whole.moved_to, now.moved_to),
        moves=now.moves,
        status=now.status,
        reason=now.reason,
        failures=now.failures,
        polls=tuple(takewhile(lambda poll: poll not in whole.polls, now.polls)),
    )
    return mark if with_mark(whole, mark) == now else None


def with_mark(whole: FeedState, mark: FeedMark) -> FeedState:
    """The state as of the mark."""
    looked_at = mark.looked_at or mark.polled_at
    return replace(
        whole,
        polled_at=mark.polled_at,
        looked_at=looked_at,
        due_at=mark.due_at,
        etag=whole.etag if mark.etag is None else mark.etag,
        last_modified=whole.last_modified if mark.last_modified is None else mark.last_modified,
        moved_to=whole.moved_to if mark.moved_to is None else mark.moved_to,
        moves=mark.moves,
        status=mark.status,
        reason=mark.reason,
        failures=mark.failures,
        rhythm=learn(whole.rhythm, looked_at, 0) if whole.rhythm else None,
        polls=_together(mark.polls, whole.polls),
    )


def _together(since: tuple[Poll, ...], before: tuple[Poll, ...]) -> tuple[Poll, ...]:
    if since and before and goes_on(since[-1], before[0]):
        before = before[1:]
    return (*since, *before)[:POLLS_KEPT]


def _changed(before: str, now: str) -> str | None:
    return now if now != before else None
