"""Counters that must add up, and how far the Desk has read."""

from datetime import datetime

from services.desk.views.frame import Link
from services.desk.views.shape import View


class Part(View, frozen=True, kw_only=True):
    name: str
    count: int


class Account(View, frozen=True, kw_only=True):
    """`total` is what came, `parts` is what became of it."""

    name: str
    total: int
    parts: tuple[Part, ...] = ()
    difference: int = 0
    """`total` less the parts: 0 where it adds up."""
    note: str = ""
    """What a difference means, in words."""


class ReadingRow(View, frozen=True, kw_only=True):
    topic: str
    partition: int
    read: int
    """Next offset to read."""
    end: int
    lag: int
    at: datetime | None = None
    """Of the last record taken."""


class WatermarkRow(View, frozen=True, kw_only=True):
    """Up to when an ingest partition promised that all has come."""

    partition: int
    origin: int
    at: datetime


class SkippedRow(View, frozen=True, kw_only=True):
    """Records that the Desk could not use: told, not hidden."""

    topic: str
    reason: str
    count: int
    last: Link | None = None


class AccountsPage(View, frozen=True, kw_only=True):
    accounts: tuple[Account, ...] = ()
    readings: tuple[ReadingRow, ...] = ()
    watermarks: tuple[WatermarkRow, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    links: tuple[Link, ...] = ()
    """Dashboards, where they are configured."""
