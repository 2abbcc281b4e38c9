"""A text as far as it may be shown. Offsets are code points of the whole text."""

from datetime import datetime
from typing import Literal

from services.desk.views.shape import View


class Piece(View, frozen=True, kw_only=True):
    start: int
    """Where in the whole text it begins."""
    text: str


class ShownText(View, frozen=True, kw_only=True):
    """One version of an article. Pieces are in order and do not overlap; what lies between is not shown."""

    article_id: str
    version_id: str
    url: str
    source: str
    title: str
    language: str
    first_seen_at: datetime
    published_at: datetime | None = None
    length: int
    """Code points of the whole text."""
    words: int
    pieces: tuple[Piece, ...] = ()
    shown: Literal["full", "cut", "passages", "none", "missing"] = "full"
    """`cut`: the beginning of a long text. `missing`: its record is no longer on the log."""
