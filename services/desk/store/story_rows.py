"""Stories in the read model: what each looked like and when, so that any past moment can be shown."""

from typing import NamedTuple

import msgspec

from services.contracts.stories import Story, StoryChange
from services.desk import rights
from services.desk.store import bodies, member_rows
from services.desk.store.batch import Batch
from services.desk.store.cache import MemberColumns, Standing
from services.desk.store.cards import card
from services.desk.store.heat import heat, reach
from services.desk.store.moments import us
from services.desk.views.frame import Texts
from services.desk.views.rows import StoryRow
from services.stream.bus import Record

MARK = "\x1f"
"""Between the names in a column, and around them."""


class StateColumns(NamedTuple):
    story_id: str
    revision: int
    first_us: int
    last_us: int
    articles: int
    outlets: int
    texts: int
    copies: int
    velocity: float
    heat: float
    reach: int
    languages: str
    sources: str
    agencies: str
    subjects: str


class StoryRows(NamedTuple):
    state: StateColumns
    card: bytes
    body: bytes
    members: dict[str, MemberColumns]
    merged_into: str
    ended: bool
    alone: str
    """The outlet that alone runs it."""


class ChangeColumns(NamedTuple):
    at_us: int
    change: str
    article_id: str
    url: str
    updates: bytes | None
    partition: int
    offset: int


class ChangeRows(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """All that needs no database."""

    change: ChangeColumns
    story: StoryRows
    update: tuple[str, str] | None
    """A version, and the one that it replaced."""


def _insert(table: str, *columns: str) -> str:
    return f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"


_PUT_CHANGE = _insert("change", "id", *ChangeColumns._fields).replace("insert", "insert or replace", 1)
_PUT_STATE = _insert("state", *StateColumns._fields, "at_us", "until_us")
_PUT_STORY = (
    f"{_insert('story', *'story_id revision at_us merged_into alone state body'.split())} "
    "on conflict do update set revision = excluded.revision, at_us = excluded.at_us, "
    "merged_into = excluded.merged_into, alone = excluded.alone, state = excluded.state, "
    "body = excluded.body, gone = 0"
)


def change_rows(change: StoryChange, place: tuple[int, int], texts: Texts) -> ChangeRows:
    """`place`: partition and offset."""
    update = rights.update(change.update, texts) if change.update else None
    columns = ChangeColumns(
        us(change.at), change.change, change.article_id, change.article_url,
        bodies.pack(update) if update else None, *place,
    )  # fmt: skip
    replaced = (update.version_id, update.replaced_version_id) if update else None
    return ChangeRows(columns, rows(rights.story(change.story, texts)), replaced)


def rows(story: Story) -> StoryRows:
    row = card(story)
    ended = bool(story.merged_into) or not story.members
    return StoryRows(
        state=_state(story, row),
        card=bodies.pack(row),
        body=bodies.pack(story),
        members=member_rows.member_columns(story.members),
        merged_into=story.merged_into,
        ended=ended,
        alone=story.members[0].source if row.spread.outlets == 1 and not ended else "",
    )


def _state(story: Story, row: StoryRow) -> StateColumns:
    spread = row.spread
    return StateColumns(
        story.story_id, story.revision, us(story.first_seen_at), us(story.last_seen_at),
        spread.articles, spread.outlets, spread.texts, spread.copies, row.velocity,
        heat(story.first_seen_at.timestamp(), spread.outlets, spread.texts),
        reach(spread.outlets, spread.texts),
        _column(story.languages), _column(story.sources), _column(story.agencies), _column(row.subjects),
    )  # fmt: skip


def _column(names: tuple[str, ...]) -> str:
    return MARK + MARK.join(names) + MARK if names else ""


def put_change(batch: Batch, rows: ChangeRows) -> None:
    """One step in a story's life, with the story after it."""
    batch.tally["changes"] += 1
    number = _put(batch, rows.story, rows.change.at_us, of_change=True)
    batch.db.execute(_PUT_CHANGE, (number, *rows.change))
    if rows.update is not None:
        batch.db.execute(
            "insert or replace into update_of values (?, ?, ?)", (*rows.update, rows.change.updates)
        )


def take(batch: Batch, record: Record, story: Story) -> None:
    """The latest record of a story: news where its changes are no longer on the log."""
    place = (record.partition.number, record.offset, story.story_id)
    move = "update story set partition = ?, offset = ?, gone = 0 where story_id = ?"
    if batch.db.execute(f"{move} and revision = ?", (*place, story.revision)).rowcount:
        return  # its change has told all of it
    if not _is_known(batch, story):
        _put(batch, rows(rights.story(story, batch.texts)), record.timestamp_us, of_change=False)
    batch.db.execute(move, place)


def _is_known(batch: Batch, story: Story) -> bool:
    """Whether this state of it lies there, and a later one."""
    known = "select 1 from story join state using (story_id) where story_id = ? and "
    which = "story.revision > state.revision and state.revision = ?"
    return bool(batch.db.execute(known + which, (story.story_id, story.revision)).fetchone())


def end(batch: Batch, record: Record) -> None:
    """An id that was lost. Where it went, its last record said."""
    story_id = (record.key or b"").decode("utf-8", "replace")
    batch.db.execute("update story set gone = 1 where story_id = ?", (story_id,))
    batch.db.execute(
        "update state set until_us = max(at_us, ?) where story_id = ? and until_us is null",
        (record.timestamp_us, story_id),
    )
    known = _standing(batch, story_id)
    members = known.members if known else member_rows.members_of(batch, story_id)
    member_rows.put(batch, story_id, members, {}, record.timestamp_us)
    member_rows.count_alone(batch, known.alone if known else "", "")
    batch.cache.drop_story(story_id)
    batch.stories[story_id] = None


def _standing(batch: Batch, story_id: str) -> Standing | None:
    """None: there is none yet."""
    known = batch.cache.story(story_id)
    if known is not None:
        return known
    found = batch.db.execute(
        "select revision, alone, state from story where story_id = ?", (story_id,)
    ).fetchone()
    if found is None:
        return None
    revision, alone, number = found
    return Standing(revision, alone, number, member_rows.members_of(batch, story_id))


def _put(batch: Batch, story: StoryRows, at_us: int, *, of_change: bool) -> int:
    """Gives the number of its state."""
    story_id, revision = story.state[:2]
    known = _standing(batch, story_id)
    if known and known.revision >= revision:
        return _put_earlier(batch, story, at_us, of_change=of_change)
    if known:
        batch.db.execute("update state set until_us = max(at_us, ?) where id = ?", (at_us, known.number))
    number = _put_state(batch, story, at_us, at_us if story.ended else None)
    members = member_rows.put(
        batch, story_id, known.members if known else {}, {} if story.ended else story.members, at_us
    )
    member_rows.count_alone(batch, known.alone if known else "", story.alone)
    row = (story_id, revision, at_us, story.merged_into, story.alone, number, story.body)
    batch.db.execute(_PUT_STORY, row)
    batch.cache.put_story(story_id, Standing(revision, story.alone, number, members))
    batch.stories[story_id] = None
    return number


def _put_earlier(batch: Batch, story: StoryRows, at_us: int, *, of_change: bool) -> int:
    """A state that another one has followed already, or that both topics tell of.

    When it came about, the change knows best.
    """
    story_id, revision = story.state[:2]
    if of_change:
        member_rows.put_back(batch, story_id, story.members, at_us)
    found = batch.db.execute(
        "select id from state where story_id = ? and revision = ?", (story_id, revision)
    ).fetchone()
    if found is None:
        until = at_us if story.ended else _until(batch, story_id, revision, at_us)
        return _put_state(batch, story, at_us, until)
    if of_change:
        _until(batch, story_id, revision, at_us)
        batch.db.execute(
            "update state set at_us = ?, until_us = max(?, until_us) where id = ?", (at_us, at_us, found[0])
        )
    return int(found[0])


def _until(batch: Batch, story_id: str, revision: int, at_us: int) -> int | None:
    """When the state was followed by the next one; that of the one before ends now."""
    batch.db.execute(
        "update state set until_us = max(at_us, ?) where story_id = ? and revision = "
        "(select max(revision) from state where story_id = ? and revision < ?)",
        (at_us, story_id, story_id, revision),
    )
    following = batch.db.execute(
        "select at_us from state where story_id = ? and revision > ? order by revision limit 1",
        (story_id, revision),
    ).fetchone()
    return following[0] if following else None


def _put_state(batch: Batch, story: StoryRows, at_us: int, until_us: int | None) -> int:
    number = batch.db.execute(_PUT_STATE, (*story.state, at_us, until_us)).lastrowid
    assert number is not None
    batch.cards.append((number, story.card))
    return number
