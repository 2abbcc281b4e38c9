"""One happening, told by stories of any wording."""

from services.desk.views.frame import Link
from services.desk.views.rows import EventRow, FigureRow, Spread, StoryRow
from services.desk.views.shape import View


class EventPage(View, frozen=True, kw_only=True):
    event: EventRow
    places: tuple[str, ...] = ()
    closed: bool = False
    stories: tuple[StoryRow, ...] = ()
    """In order of first sight, at most 100."""
    spread: Spread
    figures: tuple[FigureRow, ...] = ()
    storyline: Link | None = None
    record: Link | None = None
