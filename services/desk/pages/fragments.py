"""Stories of a list as markup, kept: most of them stand on a page as they stood on it a moment ago."""

from collections.abc import Callable
from typing import Final

from markupsafe import Markup

from services.desk.views.frame import Frame
from services.desk.views.rows import StoryRow

MOST_KEPT: Final = 2000
_kept: dict[object, Markup] = {}


def fragment(write: Callable[[StoryRow, int], Markup], row: StoryRow, level: int, frame: Frame) -> Markup:
    """What `write` makes of a row: that depends on the row, the level, the moment and the day of the page.

    A row is frozen and compared as a whole, so that what is kept can never be of another one.
    """
    key = row, level, frame.at, frame.as_of and frame.as_of.date()
    told = _kept.get(key)
    if told is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        told = _kept[key] = write(row, level)
    return told
