"""One story: its members, who took from whom, how it spread, what changed."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.contracts.events import Event
from services.contracts.stories import Origin, Provenance, Story, StoryMember, Update
from services.desk import addresses
from services.desk.queries.answers import Gone, Moved, NotThere
from services.desk.queries.cards import headline, rows_of_stories, with_counts
from services.desk.queries.events import event_row, event_then
from services.desk.queries.figures import figure_rows
from services.desk.queries.past import event_of, stories_of
from services.desk.store import bodies
from services.desk.store.cards import card
from services.desk.store.moments import moment, us, us_or_always
from services.desk.views.frame import Link
from services.desk.views.rows import EventRow, StoryRow
from services.desk.views.story import ChangeRow, Edge, MemberRow, OriginView, PickupPoint, StoryPage
from services.stream.bus import Partition

MOST_MEMBERS = 600
MOST_CHANGES = 50
MOST_NEIGHBOURS = 10
Members = Mapping[str, StoryMember]
"""By address."""


def story(db: sqlite3.Connection, story_id: str) -> StoryPage | Moved | Gone | NotThere:
    found = db.execute(
        "select merged_into, gone, partition, offset, body from story where story_id = ?", (story_id,)
    ).fetchone()
    if found is None:
        return NotThere("No story has this id, or it is older than what the Desk knows.")
    merged_into, _, partition, offset, body = found
    if merged_into:
        return Moved(addresses.story(merged_into))
    rows = rows_of_stories(db, [story_id])
    if not rows:
        return Gone("This story has ended: its articles are in other stories now.")
    record = bodies.unpack(Story, body)
    return _page(db, rows[0], record, Link(label="record", href=_record(partition, offset)))


def place(db: sqlite3.Connection, story_id: str, at: datetime) -> tuple[Partition, int] | None:
    """Of the record that says how the story stood at `at`."""
    found = db.execute(
        "select partition, offset from change join state using (id) "
        "where story_id = ? and change.at_us <= ? "
        "order by revision desc limit 1",
        (story_id, us(at)),
    ).fetchone()
    return (Partition("story-changes", found[0]), found[1]) if found else None


def story_then(
    db: sqlite3.Connection, record: Story, link: Link, at: datetime
) -> StoryPage | Moved | Gone | NotThere:
    """As `record` says that it stood at `at`, beside what else of its event, as known today, stood then."""
    if record.merged_into:
        return Moved(addresses.story(record.merged_into, at))
    if not record.members:
        return Gone("This story had ended at this minute: its articles were in other stories.")
    row = replace(card(record), event_id=event_of(db, record.story_id))
    return _page(db, row, record, link, at)


def _record(partition: int | None, offset: int | None) -> str:
    return "" if partition is None or offset is None else addresses.record("stories", partition, offset)


def _page(
    db: sqlite3.Connection, row: StoryRow, record: Story, link: Link, at: datetime | None = None
) -> StoryPage:
    members = {member.url: member for member in record.members[:MOST_MEMBERS]}
    event = _event(db, row.event_id, at)
    return StoryPage(
        story=row,
        best_reason=record.best_reason,
        origin=_origin(record.origin, members) if record.origin else None,
        members=tuple(_member(member, members, record, at) for member in members.values()),
        edges=tuple(_edge(edge, members, at) for edge in record.provenance),
        pickup=tuple(_pickup(record.members[:MOST_MEMBERS])),
        figures=figure_rows(record.figures, {url: one.article_id for url, one in members.items()}),
        states=record.states,
        changes=_changes(db, row.story_id, at),
        before=_step(db, row, -1),
        after=_step(db, row, 1) if at else None,
        names=record.names,
        quotes=record.quotes,
        keywords=record.keywords,
        event=event,
        storyline=_storyline(event, at),
        neighbours=_neighbours(db, row, at),
        merged_from=tuple(_link(db, one, at) for one in record.merged_from),
        split_from=_link(db, record.split_from, at) if record.split_from else None,
        split_into=tuple(_link(db, one, at) for one in record.split_into),
        record=link if link.href else None,
    )


def _origin(origin: Origin, members: Members) -> OriginView:
    return OriginView(
        name=origin.name,
        kind=origin.kind,
        article_id=members[origin.url].article_id if origin.url in members else "",
        url=origin.url,
        reason=origin.reason,
        sure=origin.sure,
        not_before=origin.not_before,
        not_after=origin.not_after,
    )


def _member(member: StoryMember, members: Members, record: Story, at: datetime | None) -> MemberRow:
    of = members.get(member.of)
    return MemberRow(
        article_id=member.article_id,
        version_id=member.version_id,
        url=member.url,
        source=member.source,
        title=member.title,
        language=member.language,
        role=member.role,
        first_seen_at=member.first_seen_at,
        published_at=member.published_at,
        absent_at=member.absent_at,
        after_s=max(0, int((member.first_seen_at - record.first_seen_at).total_seconds())),
        kind=member.kind,
        of_article_id=of.article_id if of else "",
        of_version_id=of.version_id if of else "",
        of_source=of.source if of else "",
        compare_href=addresses.compare(member.version_id, of.version_id, at) if of else "",
        shared=member.containment,
        shared_words=member.shared_words,
        added_words=member.added_words,
        words=member.words,
        versions=member.versions,
        byline=member.byline,
        dateline=member.dateline,
        agency=member.agency,
        agencies=member.agencies,
        inferred=member.inferred,
        cited=member.cited,
        correction_note=member.correction_note,
        withdrawn_at=member.withdrawn_at,
        withdrawn_note=member.withdrawn_note,
        of_withdrawn=member.of_withdrawn,
    )


def _edge(edge: Provenance, members: Members, at: datetime | None) -> Edge:
    took, of = members.get(edge.url), members.get(edge.of_url)
    return Edge(
        article_id=took.article_id if took else "",
        source=took.source if took else "",
        of=edge.of,
        of_article_id=of.article_id if of else "",
        evidence=edge.evidence,
        sure=edge.sure,
        reason=edge.reason,
        compare_href=addresses.compare(took.version_id, of.version_id, at) if took and of else "",
    )


def _pickup(members: Sequence[StoryMember]) -> Iterator[PickupPoint]:
    outlets: set[str] = set()
    reports = [member for member in members if member.role != "withdrawal"]
    for number, member in enumerate(sorted(reports, key=lambda one: one.first_seen_at), 1):
        outlets.add(member.source)
        yield PickupPoint(
            at=member.first_seen_at,
            article_id=member.article_id,
            source=member.source,
            articles=number,
            outlets=len(outlets),
        )


def _step(db: sqlite3.Connection, row: StoryRow, by: int) -> Link | None:
    """To the story as it stood one step earlier or later."""
    beyond, order = ("<", "desc") if by < 0 else (">", "asc")
    found = db.execute(
        f"select change.at_us from change join state using (id) where story_id = ? and revision {beyond} ? "
        f"order by revision {order} limit 1",
        (row.story_id, row.revision),
    ).fetchone()
    return Link(label="step", href=addresses.story(row.story_id, moment(found[0]))) if found else None


def _changes(db: sqlite3.Connection, story_id: str, at: datetime | None) -> tuple[ChangeRow, ...]:
    rows = db.execute(
        "select change.at_us, change, revision, coalesce(source, ''), url, article_id, updates, partition, "
        "offset from state join change using (id) left join member using (article_id) "
        "where state.story_id = ? and change.at_us <= ? order by revision desc limit ?",
        (story_id, us_or_always(at), MOST_CHANGES),
    ).fetchall()
    return tuple(
        ChangeRow(
            at=moment(at_us),
            change=change,
            revision=revision,
            source=source,
            url=url,
            **_update(article_id, updates, at),
            record=Link(label="record", href=addresses.record("story-changes", partition, offset)),
        )
        for at_us, change, revision, source, url, article_id, updates, partition, offset in reversed(rows)
    )


def _update(article_id: str, body: bytes | None, at: datetime | None) -> dict[str, Any]:
    if body is None:
        return {}
    update = bodies.unpack(Update, body)
    versions = {"from": update.replaced_version_id, "to": update.version_id}
    return {
        "update": update,
        "versions_href": addresses.with_query(
            addresses.article(article_id), {**versions, "at": addresses.exact(at) if at else ""}
        ),
    }


def _event(db: sqlite3.Connection, event_id: str, at: datetime | None) -> EventRow | None:
    found = db.execute("select body from event where event_id = ?", (event_id,)).fetchone()
    if not found:
        return None
    event = bodies.unpack(Event, found[0])
    return event_then(db, event, at) if at else with_counts(db, event_row(event))


def _storyline(event: EventRow | None, at: datetime | None) -> Link | None:
    if event is None or not event.storyline_id:
        return None
    return Link(label="storyline", href=addresses.storyline(event.storyline_id, at))


def _neighbours(db: sqlite3.Connection, row: StoryRow, at: datetime | None) -> tuple[StoryRow, ...]:
    found = db.execute(
        "select story_id from event_story where event_id = ? limit ?", (row.event_id, MOST_NEIGHBOURS + 1)
    ).fetchall()
    stories = stories_of(db, [story_id for (story_id,) in found], at)
    others = [story_id for story_id in stories if story_id != row.story_id]
    return rows_of_stories(db, others[:MOST_NEIGHBOURS], at)


def _link(db: sqlite3.Connection, story_id: str, at: datetime | None) -> Link:
    return Link(label=headline(db, story_id, at) or story_id, href=addresses.story(story_id, at))
