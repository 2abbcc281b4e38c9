"""Events and storylines: stories of any wording about one happening, and chains of happenings."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from services.contracts.events import Event, Storyline, StorylineEvent
from services.contracts.stories import Story
from services.desk import addresses
from services.desk.queries.answers import Gone, Moved, NotThere
from services.desk.queries.cards import rows_of_stories, spread_of, with_counts
from services.desk.queries.figures import figure_rows, said_by
from services.desk.queries.past import stories_of
from services.desk.store import bodies
from services.desk.views.event import EventPage
from services.desk.views.frame import Link
from services.desk.views.rows import EventRow, FigureRow, StoryRow
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


def event(
    db: sqlite3.Connection, event_id: str, at: datetime | None = None
) -> EventPage | Moved | Gone | NotThere:
    """Of a past minute: the stories in which its articles, as it is known today, stood then."""
    found = db.execute(
        "select merged_into, gone, partition, offset, body from event where event_id = ?", (event_id,)
    ).fetchone()
    if found is None:
        return NotThere("No event has this id, or it is older than what the Desk knows.")
    merged_into, gone, partition, offset, body = found
    if merged_into:
        return Moved(addresses.event(merged_into, at))
    if gone:
        return Gone("This event has ended: its stories are in other events now.")
    record = bodies.unpack(Event, body)
    ids = stories_of(db, record.stories, at)
    rows = rows_of_stories(db, ids[:MOST_STORIES], at)
    if at is not None and not rows:
        return NotThere("Nothing of this event was known at this minute.")
    line_id = record.storyline_id
    row = with_counts(db, event_row(record)) if at is None else _row_then(record, rows, line_id)
    return EventPage(
        event=row,
        places=record.places if at is None else (),
        closed=record.closed,
        stories=tuple(sorted(rows, key=lambda one: (one.first_seen_at, one.story_id))),
        spread=spread_of(db, ids, at),
        figures=_figures(db, record.stories, at),
        storyline=Link(label="storyline", href=addresses.storyline(line_id, at)) if line_id else None,
        record=Link(label="record", href=addresses.record("events", partition, offset)),
    )


def event_then(db: sqlite3.Connection, event: Event, at: datetime) -> EventRow | None:
    """None: nothing of it was known."""
    rows = rows_of_stories(db, stories_of(db, event.stories[:MOST_STORIES], at), at)
    return _row_then(event, rows, event.storyline_id) if rows else None


def _row_then(event: Event | StorylineEvent, rows: Sequence[StoryRow], line_id: str) -> EventRow:
    """Named, as events are, by the story that had gone furthest."""
    return EventRow(
        event_id=event.event_id,
        title=max(rows, key=lambda row: (row.spread.outlets, -row.first_seen_at.timestamp())).headline,
        stories=len(rows),
        articles=sum(row.spread.articles for row in rows),
        first_seen_at=min(row.first_seen_at for row in rows),
        last_seen_at=max(row.last_seen_at for row in rows),
        storyline_id=line_id,
    )


def storyline(
    db: sqlite3.Connection, line_id: str, at: datetime | None = None
) -> StorylinePage | Gone | NotThere:
    found = db.execute(
        "select gone, partition, offset, body from storyline where storyline_id = ?", (line_id,)
    ).fetchone()
    if found is None:
        return NotThere("No storyline has this id, or it is older than what the Desk knows.")
    gone, partition, offset, body = found
    if gone:
        return Gone("This storyline has ended: its events are in others now.")
    record = bodies.unpack(Storyline, body)
    events = record.events[:MOST_CHAPTERS]
    chapters = tuple(told for one in events if (told := _chapter(db, one, line_id, at)))
    if at is not None and not chapters:
        return NotThere("Nothing of this storyline was known at this minute.")
    stories = [story_id for one in events for story_id in one.stories]
    spread = spread_of(db, stories_of(db, stories, at), at)
    return StorylinePage(
        storyline_id=record.storyline_id,
        title=record.title if at is None else _widest(chapters).title,
        closed=record.closed,
        first_seen_at=record.first_seen_at,
        last_seen_at=record.last_seen_at if at is None else max(one.event.last_seen_at for one in chapters),
        chapters=chapters,
        spread=spread,
        figures=_figures(db, stories, at),
        record=Link(label="record", href=addresses.record("storylines", partition, offset)),
    )


def _widest(chapters: Sequence[Chapter]) -> EventRow:
    return max((one.event for one in chapters), key=lambda event: event.articles)


def _chapter(
    db: sqlite3.Connection, one: StorylineEvent, line_id: str, at: datetime | None
) -> Chapter | None:
    """None: nothing of it was known then."""
    rows = rows_of_stories(db, stories_of(db, one.stories[:MOST_STORIES], at), at)
    if at is not None and not rows:
        return None
    widest = sorted(rows, key=lambda row: (-row.spread.outlets, row.first_seen_at, row.story_id))
    row = with_counts(db, event_row(one)) if at is None else _row_then(one, rows, line_id)
    return Chapter(
        event=replace(row, storyline_id=line_id),
        stories=tuple(widest[:MOST_FOLDED]),
        more=max(0, row.stories - MOST_FOLDED),
    )


def _figures(db: sqlite3.Connection, story_ids: Sequence[str], at: datetime | None) -> tuple[FigureRow, ...]:
    """Of the first stories, what is counted most often first; of the past, what had been said by then."""
    rows: list[FigureRow] = []
    for story_id in story_ids[:MOST_READ]:
        found = db.execute("select body from story where story_id = ?", (story_id,)).fetchone()
        if found is None:
            continue
        record = bodies.unpack(Story, found[0])
        articles = {member.url: member.article_id for member in record.members}
        rows.extend(figure_rows(said_by(record.figures, at), articles))
    return tuple(sorted(rows, key=lambda one: -len(one.points))[:MOST_FIGURES])
