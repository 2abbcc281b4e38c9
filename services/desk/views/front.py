"""The front page: top stories, now or at a past minute."""

from datetime import datetime
from typing import Literal

from services.desk.views.rows import Facet, Paging, StoryRow
from services.desk.views.shape import View

Sort = Literal["top", "new", "growing", "spread"]
"""`top`: by spread and age of the first sight, never by the last touch."""


class FrontPage(View, frozen=True, kw_only=True):
    at: datetime | None = None
    """The past minute asked for. None: now."""
    sort: Sort = "top"
    rows: tuple[StoryRow, ...] = ()
    facets: tuple[Facet, ...] = ()
    paging: Paging
    earlier_href: str = ""
    """An hour before."""
    later_href: str = ""
    """An hour after; empty where that is not past."""
