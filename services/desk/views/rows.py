"""Rows that several pages list: a story, its copies, an event."""

from datetime import datetime
from typing import Literal

from services.contracts.stories import Role, Sureness
from services.desk.views.shape import View


class Spread(View, frozen=True, kw_only=True):
    """How far a story went. The same numbers on every page, from one view of the read model."""

    articles: int
    outlets: int
    texts: int
    """Independent ones: neither copies nor the same outlet's further states."""
    copies: int


class CopyRow(View, frozen=True, kw_only=True):
    """A further article of a story, folded beneath it."""

    article_id: str
    version_id: str
    url: str
    source: str
    title: str
    role: Role
    first_seen_at: datetime
    after_s: int
    """Seconds behind the story's first article."""


class StoryRow(View, frozen=True, kw_only=True):
    story_id: str
    revision: int
    headline: str
    lead: str = ""
    lead_url: str
    language: str
    spread: Spread
    first_seen_at: datetime
    last_seen_at: datetime
    velocity: float = 0.0
    """Further outlets an hour."""
    origin: str = ""
    """Agency or outlet that had it first; empty where it is undecided."""
    origin_kind: Literal["agency", "outlet", ""] = ""
    origin_sure: Sureness = "undecided"
    agencies: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    """In order of first sight, at most 12; `spread.outlets` counts all."""
    states: tuple[str, ...] = ()
    """`corrected`, `withdrawn`, `updated`, `merged`, `split`, `closed`."""
    subjects: tuple[str, ...] = ()
    """What it is about, by the sections its outlets ran it in: names of IPTC media topics."""
    event_id: str = ""
    storyline_id: str = ""
    spark: tuple[int, ...] = ()
    """Articles by twelfths of the time from first to last, at most 12 numbers."""
    folded: tuple[CopyRow, ...] = ()
    """Its further articles, at most 5."""
    more: int = 0
    """How many more there are."""


class EventRow(View, frozen=True, kw_only=True):
    event_id: str
    title: str
    line: str = ""
    stories: int
    articles: int
    first_seen_at: datetime
    last_seen_at: datetime
    storyline_id: str = ""


class FigureValue(View, frozen=True, kw_only=True):
    value: float
    text: str
    """As written."""
    bound: str = ""
    source: str
    at: datetime
    article_id: str = ""
    version_id: str
    url: str


class FigureRow(View, frozen=True, kw_only=True):
    """How the count of one thing went, in order of time."""

    label: str
    unit: str = ""
    conflict: bool = False
    points: tuple[FigureValue, ...] = ()


class Paging(View, frozen=True, kw_only=True):
    page: int
    """From 1 on."""
    size: int
    total: int
    """Rows in all, as far as they were counted."""
    capped: bool = False
    """There are more than `total`."""
    previous_href: str = ""
    next_href: str = ""


class FacetValue(View, frozen=True, kw_only=True):
    value: str
    count: int
    href: str
    """The page with this one chosen, or no longer chosen."""
    chosen: bool = False


class Facet(View, frozen=True, kw_only=True):
    """`lang`, `outlet`, `agency` …: by what a list can be narrowed."""

    name: str
    values: tuple[FacetValue, ...] = ()
