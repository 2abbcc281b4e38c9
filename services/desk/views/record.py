"""One raw record, as it lies on the log."""

from datetime import datetime
from typing import Literal

from services.desk.views.frame import Link
from services.desk.views.shape import View

Badge = Literal["value", "null", "empty", "undecodable", "too-large", "withheld"]
"""`null`: a tombstone. `withheld`: texts are not to be shown here, and the value may hold some."""


class HeaderRow(View, frozen=True, kw_only=True):
    name: str
    value: str
    undecodable: bool = False
    """It is no UTF-8: shown with replacements."""


class RecordPage(View, frozen=True, kw_only=True):
    topic: str
    partition: int
    offset: int
    key: str | None = None
    type: str = ""
    """`Article`, `Story` …; empty for what is not one of ours."""
    at: datetime | None = None
    headers: tuple[HeaderRow, ...] = ()
    badge: Badge
    size: int
    """Bytes of the value."""
    value: str = ""
    """JSON, indented; of undecodable ones the bytes as text with replacements, cut."""
    previous: Link | None = None
    next: Link | None = None
    """The neighbouring records of the partition."""
    about: Link | None = None
    """The page that shows it for people."""
