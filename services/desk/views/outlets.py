"""Outlets: how often first, copied, rewrote, corrected, and how late."""

from services.desk.views.rows import Paging, StoryRow
from services.desk.views.shape import View


class TakesFrom(View, frozen=True, kw_only=True):
    name: str
    count: int


class OutletRow(View, frozen=True, kw_only=True):
    """Of the stories within the Desk's window. Parts of `articles` add up."""

    name: str
    articles: int
    first: int
    """Originals."""
    copied: int
    """Copies and duplicates."""
    rewrote: int
    updated: int
    corrected: int
    withdrawn: int
    stories: int
    alone: int
    """Originals that nobody else took up."""
    median_delay_s: int | None = None
    """Behind the first article of the story, where it was not the first itself."""
    takes_from: tuple[TakesFrom, ...] = ()
    """At most 5."""


class OutletsPage(View, frozen=True, kw_only=True):
    rows: tuple[OutletRow, ...] = ()
    paging: Paging
    sort: str = "articles"


class OutletPage(View, frozen=True, kw_only=True):
    outlet: OutletRow
    stories: tuple[StoryRow, ...] = ()
    """Its latest ones."""
    taken_by: tuple[TakesFrom, ...] = ()
    paging: Paging
