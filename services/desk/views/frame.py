"""What stands around every page."""

from datetime import datetime
from typing import Literal

from services.desk.views.shape import View

Texts = Literal["full", "passages", "none"]
"""How much of the articles' text may be shown."""


class Link(View, frozen=True, kw_only=True):
    """A place within the Desk."""

    label: str
    href: str


class Frame(View, frozen=True, kw_only=True):
    """How fresh the Desk is, and where the same page is to be had in another form."""

    path: str
    """Of this page, with its query."""
    json_href: str
    atom_href: str = ""
    """Empty: there is none."""
    as_of: datetime | None = None
    """The latest sight that the Desk knows of. None: nothing came yet."""
    horizon: datetime | None = None
    """Since when it knows changes: `at` goes back so far."""
    behind: int = 0
    """Records of the log that are not taken yet."""
    at: datetime | None = None
    """The page shows what was known then. None: what is known now."""
    texts: Texts = "full"
    live: bool = False
    """Whether `/live` has anything to tell: not where files are shown."""
    notice: str = ""
    """Something a reader must know, in words: that the page is being rebuilt, that the log is away."""
    notice_link: Link | None = None
    """Where what was asked for is to be had."""
