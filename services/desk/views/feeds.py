"""The health of feeds, worst first."""

from datetime import datetime

from services.contracts.feeds import FeedStatus
from services.desk.views.frame import Link
from services.desk.views.rows import Paging
from services.desk.views.shape import View


class PollRow(View, frozen=True, kw_only=True):
    at: datetime
    outcome: str
    reason: str = ""
    listed: int = 0
    articles: int = 0


class UnusedRow(View, frozen=True, kw_only=True):
    at: datetime
    reason: str
    about: str
    detail: str = ""


class FeedRow(View, frozen=True, kw_only=True):
    feed_id: str
    url: str
    source: str
    title: str = ""
    status: FeedStatus
    reason: str = ""
    failures: int = 0
    polled_at: datetime | None = None
    due_at: datetime | None = None
    listed: int = 0
    """Entries since it is followed."""
    articles: int = 0
    """How many of them became articles."""
    pending: int = 0
    """Pages still to fetch."""
    polls: tuple[PollRow, ...] = ()
    """The last ones, the latest first, at most 12."""
    unused: tuple[UnusedRow, ...] = ()
    """At most 5."""
    record: Link | None = None


class StatusCount(View, frozen=True, kw_only=True):
    status: FeedStatus
    count: int


class FeedsPage(View, frozen=True, kw_only=True):
    counts: tuple[StatusCount, ...] = ()
    rows: tuple[FeedRow, ...] = ()
    paging: Paging
