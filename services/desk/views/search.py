"""What a search found: stories, one a row, with the articles that were hit."""

from services.desk.views.rows import Facet, Paging, StoryRow
from services.desk.views.shape import View


class Snippet(View, frozen=True, kw_only=True):
    """A part of what was found; `hit` is to be marked."""

    text: str
    hit: bool = False


class HitRow(View, frozen=True, kw_only=True):
    article_id: str
    version_id: str
    source: str
    title: tuple[Snippet, ...]
    excerpt: tuple[Snippet, ...] = ()
    """Empty where texts are not shown."""


class SearchRow(View, frozen=True, kw_only=True):
    story: StoryRow | None = None
    """None: the article is in no story."""
    hits: tuple[HitRow, ...]
    """At most 3."""
    more: int = 0
    """How many more articles of the story were hit."""


class SearchPage(View, frozen=True, kw_only=True):
    query: str
    terms: tuple[str, ...] = ()
    """As they were looked for."""
    rows: tuple[SearchRow, ...] = ()
    facets: tuple[Facet, ...] = ()
    paging: Paging
    problem: str = ""
    """Why nothing was looked for, or what was left out of the query, in words."""
