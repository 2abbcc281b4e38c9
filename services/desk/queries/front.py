"""The front page: the top stories of now or of a past minute, narrowed by language, outlet and agency."""

import math
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from heapq import nlargest
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from services.desk import addresses
from services.desk.queries.cards import rows_of_states
from services.desk.queries.fetch import fetch
from services.desk.queries.frame import freshness
from services.desk.queries.paging import paging
from services.desk.store.heat import DOUBLE_S, MOST_REACH
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
_ROUNDED = 1e-6
"""More than a heat loses by fifteen digits."""
_COLUMNS = "state.id, first_us, outlets, velocity, languages, sources, agencies, subjects"


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

    def fits(self, needles: Sequence[tuple[int, str]]) -> bool:
        """`needles`: what must stand in which column."""
        return all(needle in self[column] for column, needle in needles)  # type: ignore[operator]


def front(db: sqlite3.Connection, ask: FrontAsk, now: datetime | None) -> FrontPage:
    """`now`: the latest moment that the Desk knows of."""
    scan = SCAN_NARROWED if any(ask.narrowed.values()) else SCAN
    seen = _candidates(db, ask, scan)
    needles = _needles(ask)
    fitting = _sorted([one for one in seen if one.fits(needles)] if needles else seen, ask.sort)
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


def _needles(ask: FrontAsk) -> list[tuple[int, str]]:
    column = Candidate._fields.index
    return [(column(name), f"{MARK}{value}{MARK}") for name, value in ask.narrowed.items() if value]


def _candidates(db: sqlite3.Connection, ask: FrontAsk, scan: int) -> list[Candidate]:
    order = "first_us" if ask.sort == "new" else "heat"
    if ask.at is None:
        return _standing(db, order, scan)
    return _by_first(db, ask.at, scan) if order == "first_us" else _by_heat(db, ask.at, scan)


def _standing(db: sqlite3.Connection, order: str, scan: int) -> list[Candidate]:
    source = f"from state where until_us is null order by {order} desc, story_id limit ?"
    return fetch(db, Candidate, _COLUMNS, source, (scan,))


_STOOD = "at_us <= ? and (until_us is null or until_us > ?)"


def _by_first(db: sqlite3.Connection, at: datetime, scan: int) -> list[Candidate]:
    source = f"from state where first_us <= ? and {_STOOD} order by first_us desc, story_id limit ?"
    return fetch(db, Candidate, _COLUMNS, source, (us(at), us(at), us(at), scan))


class Warm(NamedTuple):
    number: int
    heat: float
    """To fifteen digits: enough for a bound, not for an order."""


def _by_heat(db: sqlite3.Connection, at: datetime, scan: int) -> list[Candidate]:
    """One reach after the other: else all that came in the days after `at` would have to be looked through,
    since a story that goes far may be as hot as one that comes days later.
    """
    found: list[Warm] = []
    least = -math.inf
    source = (
        f"from state where reach = ? and heat between ? and ? and {_STOOD} "
        "order by heat desc, story_id limit ?"
    )
    for reach in range(MOST_REACH + 1):
        most = at.timestamp() / DOUBLE_S + reach
        found += fetch(db, Warm, "id, heat", source, (reach, least, most, us(at), us(at), scan))
        if len(found) >= scan:
            least = nlargest(scan, (one.heat for one in found))[-1] - _ROUNDED
            found = [one for one in found if one.heat >= least]
    numbers = msgspec.json.encode([one.number for one in found]).decode()
    source = "from json_each(?) join state on state.id = value order by heat desc, story_id limit ?"
    return fetch(db, Candidate, _COLUMNS, source, (numbers, scan))


def _sorted(rows: list[Candidate], sort: Sort) -> Sequence[Candidate]:
    if sort == "growing":
        return sorted(rows, key=lambda one: -one.velocity)
    if sort == "spread":
        return sorted(rows, key=lambda one: -one.outlets)
    return rows


def _facet(name: str, rows: Sequence[Candidate], ask: FrontAsk) -> Facet:
    column = attrgetter(name)
    counts = Counter(MARK.join(map(column, rows)).split(MARK))
    del counts[""]
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
