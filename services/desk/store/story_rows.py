"""Stories in the read model: what each looked like and when, so that any past moment can be shown."""

from services.contracts.stories import Story, StoryChange
from services.desk import rights
from services.desk.store import bodies, member_rows
from services.desk.store.batch import Batch
from services.desk.store.cards import card
from services.desk.store.heat import heat, reach
from services.desk.store.moments import us
from services.desk.views.rows import StoryRow
from services.stream.bus import Record

MARK = "\x1f"
"""Between the names in a column, and around them."""


def take_change(batch: Batch, record: Record, change: StoryChange) -> None:
    """One step in a story's life, with the story after it."""
    batch.tally["changes"] += 1
    update = rights.update(change.update, batch.texts) if change.update else None
    body = bodies.pack(update) if update else None
    batch.db.execute(
        "insert or replace into change values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change.story_id, change.revision, us(change.at), change.change, change.article_id,
            change.article_url, body, record.partition.number, record.offset,
        ),
    )  # fmt: skip
    if update is not None:
        batch.db.execute(
            "insert or replace into update_of values (?, ?, ?)",
            (update.version_id, update.replaced_version_id, body),
        )
    _put(batch, rights.story(change.story, batch.texts), us(change.at), of_change=True)


def take(batch: Batch, record: Record, story: Story) -> None:
    """The latest record of a story: news where its changes are no longer on the log."""
    place = (record.partition.number, record.offset, story.story_id)
    move = "update story set partition = ?, offset = ?, gone = 0 where story_id = ?"
    if batch.db.execute(f"{move} and revision = ?", (*place, story.revision)).rowcount:
        return  # its change has told all of it
    _put(batch, rights.story(story, batch.texts), record.timestamp_us, of_change=False)
    batch.db.execute(move, place)


def end(batch: Batch, record: Record) -> None:
    """An id that was lost. Where it went, its last record said."""
    story_id = (record.key or b"").decode("utf-8", "replace")
    batch.db.execute("update story set gone = 1 where story_id = ?", (story_id,))
    batch.db.execute(
        "update state set until_us = max(at_us, ?) where story_id = ? and until_us is null",
        (record.timestamp_us, story_id),
    )
    known = batch.db.execute("select alone from story where story_id = ?", (story_id,)).fetchone()
    member_rows.put(batch, story_id, (), record.timestamp_us, was=known[0] if known else "")
    batch.stories[story_id] = None


def _put(batch: Batch, story: Story, at_us: int, *, of_change: bool) -> None:
    known = batch.db.execute(
        "select revision, alone, state from story where story_id = ?", (story.story_id,)
    ).fetchone()
    if known and known[0] >= story.revision:
        _put_earlier(batch, story, at_us, of_change=of_change)
        return
    if known:
        batch.db.execute("update state set until_us = max(at_us, ?) where id = ?", (at_us, known[2]))
    ended = bool(story.merged_into) or not story.members
    row = card(story)
    state = _state(batch, story, row, at_us, at_us if ended else None)
    alone = story.members[0].source if row.spread.outlets == 1 and not ended else ""
    members = () if ended else story.members
    member_rows.put(batch, story.story_id, members, at_us, was=known[1] if known else None, alone=alone)
    batch.db.execute(
        "insert into story (story_id, revision, at_us, merged_into, alone, state, body) "
        "values (?, ?, ?, ?, ?, ?, ?) on conflict do update set revision = excluded.revision, "
        "at_us = excluded.at_us, merged_into = excluded.merged_into, alone = excluded.alone, "
        "state = excluded.state, body = excluded.body, gone = 0",
        (story.story_id, story.revision, at_us, story.merged_into, alone, state, bodies.pack(story)),
    )
    batch.stories[story.story_id] = None


def _put_earlier(batch: Batch, story: Story, at_us: int, *, of_change: bool) -> None:
    """A state that another one has followed already, or that both topics tell of.

    When it came about, the change knows best.
    """
    if of_change:
        member_rows.put_back(batch, story.story_id, story.members, at_us)
    found = batch.db.execute(
        "select id from state where story_id = ? and revision = ?", (story.story_id, story.revision)
    ).fetchone()
    if found is None:
        until = at_us if story.merged_into or not story.members else _until(batch, story, at_us)
        _state(batch, story, card(story), at_us, until)
    elif of_change:
        _until(batch, story, at_us)
        batch.db.execute(
            "update state set at_us = ?, until_us = max(?, until_us) where id = ?", (at_us, at_us, found[0])
        )


def _until(batch: Batch, story: Story, at_us: int) -> int | None:
    """When the state was followed by the next one; that of the one before ends now."""
    batch.db.execute(
        "update state set until_us = max(at_us, ?) where story_id = ? and revision = "
        "(select max(revision) from state where story_id = ? and revision < ?)",
        (at_us, story.story_id, story.story_id, story.revision),
    )
    following = batch.db.execute(
        "select at_us from state where story_id = ? and revision > ? order by revision limit 1",
        (story.story_id, story.revision),
    ).fetchone()
    return following[0] if following else None


def _state(batch: Batch, story: Story, row: StoryRow, at_us: int, until_us: int | None) -> int:
    number = batch.db.execute(
        "insert into state (story_id, revision, at_us, until_us, first_us, last_us, articles, outlets, "
        "texts, copies, velocity, heat, reach, languages, sources, agencies, subjects) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            story.story_id, story.revision, at_us, until_us, us(story.first_seen_at), us(story.last_seen_at),
            row.spread.articles, row.spread.outlets, row.spread.texts, row.spread.copies, row.velocity,
            heat(story.first_seen_at.timestamp(), row.spread.outlets, row.spread.texts),
            reach(row.spread.outlets, row.spread.texts),
            _column(story.languages), _column(story.sources), _column(story.agencies),
            _column(row.subjects),
        ),
    ).lastrowid  # fmt: skip
    assert number is not None
    batch.cards.append((number, bodies.pack(row)))
    return number


def _column(names: tuple[str, ...]) -> str:
    return MARK + MARK.join(names) + MARK if names else ""
