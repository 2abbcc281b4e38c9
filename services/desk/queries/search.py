"""Search: the newest hits, as stories, one a row."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple

from services.contracts.articles import Article
from services.desk import addresses
from services.desk.queries.cards import rows_of_stories
from services.desk.queries.fetch import fetch, fetch_bodies
from services.desk.queries.paging import paging
from services.desk.queries.past import STAYED
from services.desk.search.marking import excerpt, mark
from services.desk.search.query import parse
from services.desk.store.moments import us_or_always
from services.desk.views.frame import Texts
from services.desk.views.rows import Facet, FacetValue, StoryRow
from services.desk.views.search import HitRow, SearchPage, SearchRow

SIZE = 20
MOST_HITS = 1000
MOST_LISTED = 3
MOST_VALUES = 12
FACETS: Final = ("lang", "outlet", "role")


_NEWEST: Final = "select rowid as id from hit where hit match :match order by rowid desc limit :most"
_NEWEST_THEN: Final = (
    "select version.id from hit join version on version.id = hit.rowid "
    "where hit match :match and version.first_us <= :at order by hit.rowid desc limit :most"
)


_STAND: Final = (
    "coalesce(m.story_id, ''), coalesce(m.role, '')",
    "left join member m on m.article_id = v.article_id",
)
_THEN_FROM: Final = (
    "left join member m on m.article_id = v.article_id and m.since_us <= :at "
    f"left join stay on stay.article_id = v.article_id and {STAYED}"
)
_STOOD: Final = ("coalesce(m.story_id, stay.story_id, ''), coalesce(m.role, stay.role, '')", _THEN_FROM)
"""Story and role of what was hit, and from where; now and then."""


class SearchAsk(NamedTuple):
    query: str
    lang: str = ""
    outlet: str = ""
    role: str = ""
    at: datetime | None = None
    """Only what had been seen by then, in stories as they stood."""
    page: int = 1

    @property
    def narrowed(self) -> Mapping[str, str]:
        return {"lang": self.lang, "outlet": self.outlet, "role": self.role}

    def address(self) -> dict[str, str]:
        return {"q": self.query, **self.narrowed, "at": addresses.exact(self.at) if self.at else ""}


class Hit(NamedTuple):
    number: int
    version_id: str
    article_id: str
    outlet: str
    title: str
    lang: str
    story_id: str
    role: str

    def fits(self, narrowed: Mapping[str, str]) -> bool:
        return all(not value or getattr(self, name) == value for name, value in narrowed.items())


def search(db: sqlite3.Connection, ask: SearchAsk, texts: Texts) -> SearchPage:
    query = parse(ask.query)
    hits = _hits(db, query.match, ask.at) if query.match else []
    groups = _groups([hit for hit in hits if hit.fits(ask.narrowed)] if any(ask.narrowed.values()) else hits)
    start = (ask.page - 1) * SIZE
    shown = groups[start : start + SIZE]
    told = (
        fetch_bodies(db, Article, "content", [group[0].number for group in shown]) if texts == "full" else {}
    )
    stories = {
        row.story_id: row
        for row in rows_of_stories(db, [group[0].story_id for group in shown if group[0].story_id], ask.at)
    }
    return SearchPage(
        query=ask.query,
        terms=tuple(sorted(query.terms)),
        rows=tuple(_row(group, stories, query.terms, told) for group in shown),
        facets=tuple(_facet(name, hits, ask) for name in FACETS) if hits else (),
        paging=paging(
            "/search",
            ask.address(),
            page=ask.page,
            size=SIZE,
            total=len(groups),
            capped=len(hits) == MOST_HITS,
        ),
        problem=query.problem,
    )


def _hits(db: sqlite3.Connection, match: str, at: datetime | None) -> list[Hit]:
    newest, (columns, tables) = (_NEWEST, _STAND) if at is None else (_NEWEST_THEN, _STOOD)
    return fetch(
        db,
        Hit,
        f"v.id, v.version_id, v.article_id, v.source, v.title, v.language, {columns}",
        f"from ({newest}) join version v using (id) {tables} order by v.first_us desc, v.version_id",
        {"match": match, "at": us_or_always(at), "most": MOST_HITS},
    )


def _groups(hits: Sequence[Hit]) -> list[list[Hit]]:
    """By story, of each article the newest version that was hit."""
    newest: dict[str, Hit] = {}
    for hit in hits:
        newest.setdefault(hit.article_id, hit)
    groups: defaultdict[str, list[Hit]] = defaultdict(list)
    for article_id, hit in newest.items():
        groups[hit.story_id or article_id].append(hit)
    return list(groups.values())


def _row(
    group: Sequence[Hit], stories: Mapping[str, StoryRow], terms: frozenset[str], told: Mapping[int, Article]
) -> SearchRow:
    rows = [_hit(hit, terms, told.get(hit.number)) for hit in group[:MOST_LISTED]]
    return SearchRow(
        story=stories.get(group[0].story_id), hits=tuple(rows), more=max(0, len(group) - MOST_LISTED)
    )


def _hit(hit: Hit, terms: frozenset[str], article: Article | None) -> HitRow:
    return HitRow(
        article_id=hit.article_id,
        version_id=hit.version_id,
        source=hit.outlet,
        title=mark(hit.title, terms),
        excerpt=excerpt(article.text, terms) if article else (),
    )


def _facet(name: str, hits: Sequence[Hit], ask: SearchAsk) -> Facet:
    counts = Counter(filter(None, map(attrgetter(name), hits)))
    chosen = ask.narrowed[name]
    values = counts.most_common(MOST_VALUES)
    if chosen and chosen not in dict(values):
        values.append((chosen, counts[chosen]))
    return Facet(
        name=name,
        values=tuple(
            FacetValue(
                value=value,
                count=count,
                href=addresses.with_query(
                    "/search", {**ask.address(), name: "" if value == chosen else value}
                ),
                chosen=value == chosen,
            )
            for value, count in values
        ),
    )
