"""Events and storylines: stories of any wording about one happening, and chains of happenings."""

import sqlite3
from collections.abc import Sequence

from msgspec.structs import replace

from services.contracts.events import Event, Storyline, StorylineEvent
from services.contracts.stories import Story
from services.desk import addresses
from services.desk.queries.answers import Gone, Moved, NotThere
from services.desk.queries.cards import rows_of_stories, spread_of, with_counts
from services.desk.queries.figures import figure_rows
from services.desk.store import bodies
from services.desk.views.event import EventPage
from services.desk.views.frame import Link
from services.desk.views.rows import EventRow, FigureRow
from services.desk.views.storyline import Chapter, StorylinePage

MOST_STORIES = 100
MOST_CHAPTERS = 100
MOST_FOLDED = 5
MOST_READ = 20
"""Stories whose figures are put together."""
MOST_FIGURES = 12


def event_row(event: Event | StorylineEvent) -> EventRow:
    return EventRow(
        event_id=event.event_id,
        title=event.title,
        line=event.line,
        stories=len(event.stories),
        articles=len(event.articles),
        first_seen_at=event.first_seen_at,
        last_seen_at=event.last_seen_at,
        storyline_id=event.storyline_id if isinstance(event, Event) else "",
    )


def event(db: sqlite3.Connection, event_id: str) -> EventPage | Moved | Gone | NotThere:
    found = db.execute(
        "select merged_into, gone, partition, offset, body from event where event_id = ?", (event_id,)
    ).fetchone()
    if found is None:
        return NotThere("No event has this id, or it is older than what the Desk knows.")
    merged_into, gone, partition, offset, body = found
    if merged_into:
        return Moved(addresses.event(merged_into))
    if gone:
        return Gone("This event has ended: its stories are in other events now.")
    record = bodies.unpack(Event, body)
    rows = rows_of_stories(db, record.stories[:MOST_STORIES])
    row = with_counts(db, event_row(record))
    line = Link(label="storyline", href=addresses.storyline(row.storyline_id)) if row.storyline_id else None
    return EventPage(
        event=row,
        places=record.places,
        closed=record.closed,
        stories=tuple(sorted(rows, key=lambda one: (one.first_seen_at, one.story_id))),
        spread=spread_of(db, record.stories),
        figures=_figures(db, record.stories),
        storyline=line,
        record=Link(label="record", href=addresses.record("events", partition, offset)),
    )


def storyline(db: sqlite3.Connection, line_id: str) -> StorylinePage | Gone | NotThere:
    found = db.execute(
        "select gone, partition, offset, body from storyline where storyline_id = ?", (line_id,)
    ).fetchone()
    if found is None:
        return NotThere("No storyline has this id, or it is older than what the Desk knows.")
    gone, partition, offset, body = found
    if gone:
        return Gone("This storyline has ended: its events are in others now.")
    record = bodies.unpack(Storyline, body)
    stories = [story_id for one in record.events[:MOST_CHAPTERS] for story_id in one.stories]
    return StorylinePage(
        storyline_id=record.storyline_id,
        title=record.title,
        closed=record.closed,
        first_seen_at=record.first_seen_at,
        last_seen_at=record.last_seen_at,
        chapters=tuple(_chapter(db, one, line_id) for one in record.events[:MOST_CHAPTERS]),
        spread=spread_of(db, stories),
        figures=_figures(db, stories),
        record=Link(label="record", href=addresses.record("storylines", partition, offset)),
    )


def _chapter(db: sqlite3.Connection, one: StorylineEvent, line_id: str) -> Chapter:
    rows = rows_of_stories(db, one.stories[:MOST_STORIES])
    widest = sorted(rows, key=lambda row: (-row.spread.outlets, row.first_seen_at, row.story_id))
    row = with_counts(db, event_row(one))
    return Chapter(
        event=replace(row, storyline_id=line_id),
        stories=tuple(widest[:MOST_FOLDED]),
        more=max(0, row.stories - MOST_FOLDED),
    )


def _figures(db: sqlite3.Connection, story_ids: Sequence[str]) -> tuple[FigureRow, ...]:
    """Of the widest stories, what is counted most often first."""
    rows: list[FigureRow] = []
    for row in rows_of_stories(db, story_ids[:MOST_READ]):
        (body,) = db.execute("select body from story where story_id = ?", (row.story_id,)).fetchone()
        record = bodies.unpack(Story, body)
        articles = {member.url: member.article_id for member in record.members}
        rows.extend(figure_rows(record.figures, articles))
    return tuple(sorted(rows, key=lambda one: -len(one.points))[:MOST_FIGURES])
