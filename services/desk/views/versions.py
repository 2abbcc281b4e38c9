"""The versions of one article, and two of them to be told apart."""

from datetime import datetime

from services.contracts.stories import Update
from services.desk.views.frame import Link
from services.desk.views.shape import View
from services.desk.views.text import ShownText


class VersionRow(View, frozen=True, kw_only=True):
    """One version, in order of first sight."""

    version_id: str
    first_seen_at: datetime
    title: str
    words: int
    number: int
    """From 1 on."""
    update: Update | None = None
    """What is different from the version before. None: the first, or not known."""
    small: bool = False
    """Nothing but spelling, marks and small words: folded."""
    href: str = ""
    """This version beside the one before."""
    record: Link | None = None


class VersionsPage(View, frozen=True, kw_only=True):
    article_id: str
    url: str
    source: str
    title: str
    versions: tuple[VersionRow, ...] = ()
    """At most 200."""
    older: ShownText | None = None
    newer: ShownText | None = None
    """The two to be told apart; where `older` is None, `newer` is to be read alone."""
    update: Update | None = None
    """What changed between those two, where the records tell it of just these."""
    story_id: str = ""
    headline: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_note: str = ""
    only_href: str = ""
    """Changes only, or everything, whichever is not shown; of a version read alone, its whole text."""
    changes_only: bool = True
