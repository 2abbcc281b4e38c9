"""What the log says of feeds that begin to fail or fall silent, by feed, and of those heard again."""

from collections.abc import Sequence
from datetime import datetime

from services.console.feeds.census import Followed
from services.console.feeds.complaints import complaint
from services.console.feeds.silence import silent_keys
from services.ops.events import LogEvent
from services.ops.logging import get_logger

FAILING = frozenset({"broken", "gone", "losing"})
TOLD_AT_ONCE = 20
"""Feeds of one look; of more that begin to fail together the number is told."""


class FeedWarnings:
    """One warning when it begins, one line when it is over."""

    def __init__(self) -> None:
        self._silent: dict[str, str] = {}
        """URLs of silent key feeds, by feed id."""
        self._failing: dict[str, str] = {}
        """Statuses, by feed id."""

    def tell(self, followed: Sequence[Followed], now: datetime) -> int:
        """How many key feeds are silent."""
        log = get_logger("ingest")
        silent = {one.feed.feed_id: (one, why) for one, why in silent_keys(followed, now)}
        for feed_id, (one, why) in silent.items():
            if feed_id not in self._silent:
                log.warning(LogEvent.FEED_SILENT, feed_id=feed_id, url=one.feed.url, reason=why)
        for feed_id, url in self._silent.items():
            if feed_id not in silent:
                log.info(LogEvent.FEED_HEARD, feed_id=feed_id, url=url)
        self._silent = {feed_id: one.feed.url for feed_id, (one, _) in silent.items()}
        self._tell_failing([one for one in followed if one.status in FAILING])
        return len(silent)

    def _tell_failing(self, failing: Sequence[Followed]) -> None:
        log = get_logger("ingest")
        begun = [one for one in failing if self._failing.get(one.feed.feed_id) != one.status]
        for one in begun[:TOLD_AT_ONCE]:
            facts = {"feed_id": one.feed.feed_id, "url": one.feed.url, "status": one.status}
            log.warning(LogEvent.FEED_FAILING, **facts, reason=complaint(one))
        if len(begun) > TOLD_AT_ONCE:
            log.warning(LogEvent.FEED_FAILING, more=len(begun) - TOLD_AT_ONCE)
        self._failing = {one.feed.feed_id: one.status for one in failing}
