"""A chain of events: what happened in one affair."""

from datetime import datetime

from services.desk.views.frame import Link
from services.desk.views.rows import EventRow, FigureRow, Spread, StoryRow
from services.desk.views.shape import View


class Chapter(View, frozen=True, kw_only=True):
    event: EventRow
    stories: tuple[StoryRow, ...] = ()
    """Its most widely run ones, at most 5."""
    more: int = 0


class StorylinePage(View, frozen=True, kw_only=True):
    storyline_id: str
    title: str
    closed: bool = False
    first_seen_at: datetime
    last_seen_at: datetime
    chapters: tuple[Chapter, ...] = ()
    """In order of first sight, at most 100."""
    spread: Spread
    figures: tuple[FigureRow, ...] = ()
    record: Link | None = None
