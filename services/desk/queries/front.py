"""The front page: the top stories of now or of a past minute, narrowed by language, outlet and agency."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.desk import addresses
from services.desk.queries.cards import rows_of_states
from services.desk.queries.frame import freshness
from services.desk.queries.paging import paging
from services.desk.store.heat import MOST, heat
from services.desk.store.moments import us
from services.desk.store.story_rows import MARK
from services.desk.views.front import FrontPage, Sort
from services.desk.views.rows import Facet, FacetValue

SIZE = 30
SCAN = 600
"""Stories among which a page is chosen; where it is narrowed, more are looked at."""
SCAN_NARROWED = 3000
MOST_VALUES = 12
COUNTED = 300
"""Stories of which the facets are counted."""
FACETS: Final = ("lang", "outlet", "agency", "subject")
_COLUMNS = "id, first_us, outlets, velocity, languages, sources, agencies, subjects"


class FrontAsk(NamedTuple):
    at: datetime | None = None
    sort: Sort = "top"
    lang: str = ""
    outlet: str = ""
    agency: str = ""
    subject: str = ""
    page: int = 1

    @property
    def narrowed(self) -> Mapping[str, str]:
        return {"lang": self.lang, "outlet": self.outlet, "agency": self.agency, "subject": self.subject}

    def query(self) -> dict[str, str]:
        """As it stands in the address, without the page."""
        at = addresses.exact(self.at) if self.at else ""
        return {"at": at, "sort": "" if self.sort == "top" else self.sort, **self.narrowed}


class Candidate(NamedTuple):
    number: int
    first_us: int
    outlets: int
    velocity: float
    lang: str
    outlet: str
    agency: str
    subject: str

    def fits(self, narrowed: Mapping[str, str]) -> bool:
        return all(
            not value or f"{MARK}{value}{MARK}" in getattr(self, name) for name, value in narrowed.items()
        )


def front(db: sqlite3.Connection, ask: FrontAsk, now: datetime | None) -> FrontPage:
    """`now`: the latest moment that the Desk knows of."""
    scan = SCAN_NARROWED if any(ask.narrowed.values()) else SCAN
    seen = list(_candidates(db, ask, scan))
    fitting = _sorted([one for one in seen if one.fits(ask.narrowed)], ask.sort)
    shown = fitting[(ask.page - 1) * SIZE : ask.page * SIZE]
    return FrontPage(
        at=ask.at,
        sort=ask.sort,
        rows=rows_of_states(db, [one.number for one in shown]),
        facets=tuple(_facet(name, seen[:COUNTED], ask) for name in FACETS),
        paging=paging(
            "/", ask.query(), page=ask.page, size=SIZE, total=len(fitting), capped=len(seen) == scan
        ),
        **_hours(ask, now),
    )


def _candidates(db: sqlite3.Connection, ask: FrontAsk, scan: int) -> Iterator[Candidate]:
    order = "first_us" if ask.sort == "new" else "heat"
    if ask.at is None:
        rows = db.execute(
            f"select {_COLUMNS} from state where until_us is null order by {order} desc, story_id limit ?",
            (scan,),
        )
    else:
        at, most = us(ask.at), heat(ask.at.timestamp(), MOST, MOST)
        rows = db.execute(
            f"select {_COLUMNS} from state where {order} <= ? and at_us <= ? "
            f"and (until_us is null or until_us > ?) order by {order} desc, story_id limit ?",
            (at if order == "first_us" else most, at, at, scan),
        )
    return (Candidate(*row) for row in rows)


def _sorted(rows: list[Candidate], sort: Sort) -> Sequence[Candidate]:
    if sort == "growing":
        return sorted(rows, key=lambda one: -one.velocity)
    if sort == "spread":
        return sorted(rows, key=lambda one: -one.outlets)
    return rows


def _facet(name: str, rows: Sequence[Candidate], ask: FrontAsk) -> Facet:
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(filter(None, getattr(row, name).split(MARK)))
    chosen = ask.narrowed[name]
    values = counts.most_common(MOST_VALUES)
    if chosen and chosen not in dict(values):
        values.append((chosen, counts[chosen]))
    return Facet(name=name, values=tuple(_value(name, value, count, ask) for value, count in values))


def _value(name: str, value: str, count: int, ask: FrontAsk) -> FacetValue:
    chosen = ask.narrowed[name] == value
    href = addresses.with_query("/", {**ask.query(), name: "" if chosen else value})
    return FacetValue(value=value, count=count, href=href, chosen=chosen)


def _hours(ask: FrontAsk, now: datetime | None) -> dict[str, str]:
    at = ask.at or now
    if at is None:
        return {}
    earlier, later = at - timedelta(hours=1), at + timedelta(hours=1)
    hrefs = {"earlier_href": addresses.with_query("/", ask._replace(at=earlier).query())}
    if ask.at is not None and now is not None and later < now:
        hrefs["later_href"] = addresses.with_query("/", ask._replace(at=later).query())
    return hrefs


def latest(db: sqlite3.Connection) -> datetime | None:
    """The latest moment that the model knows of."""
    return freshness(db).as_of
