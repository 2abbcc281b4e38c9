"""Stories as lists show them."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from services.desk.queries.fetch import fetch, fetch_bodies, marks
from services.desk.store.moments import us
from services.desk.store.story_rows import MARK
from services.desk.views.rows import EventRow, Spread, StoryRow


class _State(NamedTuple):
    story_id: str
    number: int


class _Place(NamedTuple):
    story_id: str
    event_id: str
    storyline_id: str


def rows_of_states(db: sqlite3.Connection, numbers: Sequence[int]) -> tuple[StoryRow, ...]:
    """The rows of states, in the order asked for."""
    found = fetch_bodies(db, StoryRow, "card", numbers)
    cards = [found[number] for number in numbers if number in found]
    return tuple(_with_events(db, cards))


def rows_of_stories(
    db: sqlite3.Connection, story_ids: Sequence[str], at: datetime | None = None
) -> tuple[StoryRow, ...]:
    """The rows of stories as they stand, or stood at `at`, in the order asked for.

    Those that have ended, or were not there yet, are left out.
    """
    stands = "until_us is null" if at is None else "at_us <= ? and (until_us is null or until_us > ?)"
    bounds = () if at is None else (us(at), us(at))
    source = f"from state where {stands} and story_id in ({marks(len(story_ids))})"
    found = dict(fetch(db, _State, "story_id, id", source, (*bounds, *story_ids)))
    return rows_of_states(db, [found[one] for one in story_ids if one in found])


def _with_events(db: sqlite3.Connection, rows: Sequence[StoryRow]) -> Iterable[StoryRow]:
    source = f"from event_story join event using (event_id) where story_id in ({marks(len(rows))})"
    ids = [row.story_id for row in rows]
    places = fetch(db, _Place, "story_id, event_id, storyline_id", source, ids)
    found = {place.story_id: place for place in places}
    for row in rows:
        _, event_id, line_id = found.get(row.story_id, ("", "", ""))
        yield replace(row, event_id=event_id, storyline_id=line_id)


def spread_of(db: sqlite3.Connection, story_ids: Sequence[str], at: datetime | None = None) -> Spread:
    """Of several stories together: outlets are counted once."""
    if at is not None:
        return _spread_then(db, story_ids, at)
    inside = marks(len(story_ids))
    articles, texts, copies = db.execute(
        f"select coalesce(sum(articles), 0), coalesce(sum(texts), 0), coalesce(sum(copies), 0) from spread "
        f"where story_id in ({inside})",
        story_ids,
    ).fetchone()
    (outlets,) = db.execute(
        f"select count(distinct source) from member where role <> 'withdrawal' and story_id in ({inside})",
        story_ids,
    ).fetchone()
    return Spread(articles=articles, outlets=outlets, texts=texts, copies=copies)


def _spread_then(db: sqlite3.Connection, story_ids: Sequence[str], at: datetime) -> Spread:
    rows = db.execute(
        "select articles, texts, copies, sources from state where at_us <= ? "
        f"and (until_us is null or until_us > ?) and story_id in ({marks(len(story_ids))})",
        (us(at), us(at), *story_ids),
    ).fetchall()
    outlets = {name for *_, names in rows for name in names.split(MARK) if name}
    articles, texts, copies = (sum(row[place] for row in rows) for place in range(3))
    return Spread(articles=articles, outlets=len(outlets), texts=texts, copies=copies)


def event_counts(db: sqlite3.Connection, event_id: str) -> tuple[int, int]:
    """Stories and articles of an event, by the same view."""
    stories, articles = db.execute(
        "select count(*), coalesce(sum(articles), 0) from event_story join spread using (story_id) "
        "where event_id = ?",
        (event_id,),
    ).fetchone()
    return stories, articles


def headline(db: sqlite3.Connection, story_id: str, at: datetime | None = None) -> str:
    rows = rows_of_stories(db, [story_id], at)
    return rows[0].headline if rows else ""


def with_counts(db: sqlite3.Connection, row: EventRow) -> EventRow:
    stories, articles = event_counts(db, row.event_id)
    return replace(row, stories=stories, articles=articles)
