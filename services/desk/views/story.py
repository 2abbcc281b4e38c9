"""One story with all its members, and who took from whom."""

from datetime import datetime

from services.contracts.facts import Name, Quote
from services.contracts.relations import RelationKind
from services.contracts.stories import Evidence, Role, StoryState, Sureness, Update
from services.desk.views.frame import Link
from services.desk.views.rows import EventRow, FigureRow, StoryRow
from services.desk.views.shape import View


class MemberRow(View, frozen=True, kw_only=True):
    """One article of the story, in order of first sight."""

    article_id: str
    version_id: str
    url: str
    source: str
    title: str
    language: str
    role: Role
    first_seen_at: datetime
    published_at: datetime | None = None
    absent_at: datetime | None = None
    """It came after this look."""
    after_s: int = 0
    """Seconds behind the story's first article."""
    kind: RelationKind | None = None
    of_article_id: str = ""
    """The member it took its text from or continues; empty: none."""
    of_version_id: str = ""
    of_source: str = ""
    compare_href: str = ""
    """Both texts side by side."""
    shared: float = 0.0
    """Share of its 5-word runs found there, 0 to 1."""
    shared_words: int = 0
    added_words: int = 0
    words: int = 0
    versions: int = 1
    byline: str = ""
    dateline: str = ""
    agency: str = ""
    """The agency that publishes it."""
    agencies: tuple[str, ...] = ()
    """Credited."""
    inferred: tuple[str, ...] = ()
    """Not credited, and run."""
    cited: tuple[str, ...] = ()
    correction_note: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_note: str = ""
    of_withdrawn: bool = False


class Edge(View, frozen=True, kw_only=True):
    """Who took from whom, and what says so."""

    article_id: str
    """Who took; of two that cannot be ordered, the one named later."""
    source: str
    of: str
    """From whom: an agency's slug or an outlet's name."""
    of_article_id: str = ""
    """The text it was taken from; empty: not a member, or none was seen."""
    evidence: tuple[Evidence, ...] = ()
    sure: Sureness
    """`undecided`: no direction is claimed."""
    reason: str
    """In words."""
    compare_href: str = ""


class PickupPoint(View, frozen=True, kw_only=True):
    """How far the story had come at a moment."""

    at: datetime
    article_id: str
    source: str
    articles: int
    outlets: int


class OriginView(View, frozen=True, kw_only=True):
    """Who had it first, as far as that can be known."""

    name: str = ""
    kind: str = ""
    article_id: str = ""
    url: str = ""
    reason: str
    sure: Sureness
    not_before: datetime | None = None
    not_after: datetime | None = None


class ChangeRow(View, frozen=True, kw_only=True):
    """One step in the story's life."""

    at: datetime
    change: str
    revision: int
    source: str = ""
    url: str = ""
    update: Update | None = None
    """What is different, where an article's text changed."""
    versions_href: str = ""
    """The two versions side by side, where it did."""
    record: Link | None = None


class StoryPage(View, frozen=True, kw_only=True):
    story: StoryRow
    best_reason: str = ""
    """Why the version shown is the one to show."""
    origin: OriginView | None = None
    members: tuple[MemberRow, ...] = ()
    """At most 600; `story.spread.articles` counts all."""
    edges: tuple[Edge, ...] = ()
    pickup: tuple[PickupPoint, ...] = ()
    figures: tuple[FigureRow, ...] = ()
    states: tuple[StoryState, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    """The last 50, in order of time."""
    before: Link | None = None
    """The same story one step earlier."""
    after: Link | None = None
    """One step later; None where it stands as it does now."""
    names: tuple[Name, ...] = ()
    quotes: tuple[Quote, ...] = ()
    keywords: tuple[str, ...] = ()
    event: EventRow | None = None
    storyline: Link | None = None
    neighbours: tuple[StoryRow, ...] = ()
    """Of the same event, not of this text."""
    merged_from: tuple[Link, ...] = ()
    split_from: Link | None = None
    split_into: tuple[Link, ...] = ()
    record: Link | None = None
    """The raw record."""
