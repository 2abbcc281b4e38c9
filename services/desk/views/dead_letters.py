"""Input that could not be used."""

from datetime import datetime

from services.desk.views.frame import Link
from services.desk.views.rows import Paging
from services.desk.views.shape import View


class DeadLetterRow(View, frozen=True, kw_only=True):
    service: str
    reason: str
    """Short slug."""
    detail: str
    origin: str
    """Topic/partition/offset, or file and line, or feed and URL."""
    at: datetime | None = None
    """None where files are shown: they leave it out."""
    size: int
    record: Link | None = None


class DeadLetterCount(View, frozen=True, kw_only=True):
    service: str
    reason: str
    count: int


class DeadLettersPage(View, frozen=True, kw_only=True):
    counts: tuple[DeadLetterCount, ...] = ()
    rows: tuple[DeadLetterRow, ...] = ()
    """The latest first."""
    paging: Paging
