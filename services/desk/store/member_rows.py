"""Which article is in which story, and what its outlet does: how often first or a copy, how late."""

import math
from collections.abc import Mapping, Sequence

from services.contracts.stories import Role, StoryMember
from services.desk.store.batch import Batch
from services.desk.store.cache import MemberColumns
from services.desk.store.moments import us

COUNTED_AS: Mapping[Role, str] = {
    "original": "first",
    "duplicate": "copied",
    "copy": "copied",
    "rewrite": "rewrote",
    "update": "updated",
    "correction": "corrected",
    "withdrawal": "withdrawn",
}
"""Every member is counted once: these add up to the articles of an outlet."""
BUCKETS = 8
"""Of delays, to a doubling: the median is right to a tenth."""

_COLUMNS = (
    "(article_id, story_id, version_id, source, role, of_source, first_us, delay_s, since_us) "
    "values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_STAY = "insert or replace into stay values (?, ?, ?, ?)"


def put(
    batch: Batch,
    story_id: str,
    before: Mapping[str, MemberColumns],
    members: Mapping[str, MemberColumns],
    at_us: int,
) -> Mapping[str, MemberColumns]:
    """What differs from before is written, and counted for the outlets. Gives those that are of it now."""
    after = dict(members)
    for article_id in before.keys() - after.keys():
        _leave(batch, article_id)
        batch.db.execute("insert or ignore into stay values (?, ?, '', '')", (article_id, at_us))
        _count(batch, before[article_id], -1)
    for article_id, columns in list(after.items()):
        known = before.get(article_id)
        if known == columns:
            continue
        row = (article_id, story_id, *columns, at_us)
        if known is not None:
            _write(batch, row)
            _count(batch, known, -1)
        elif not _join(batch, row, at_us):
            del after[article_id]
            continue
        _count(batch, columns, 1)
    _stories(batch, before, after)
    return after


def count_alone(batch: Batch, was: str, alone: str) -> None:
    """The outlets that alone run a story, and did before."""
    if was != alone:
        for name, step in ((was, -1), (alone, 1)):
            if name:
                batch.outlet(name)["alone"] += step


def put_back(batch: Batch, story_id: str, members: Mapping[str, MemberColumns], at_us: int) -> None:
    """A change that is read late tells that they were members at an earlier moment than is known."""
    for article_id, member in members.items():
        row = batch.db.execute(
            "select story_id from member where article_id = ? and since_us > ?",
            (article_id, at_us),
        ).fetchone()
        if row and row[0] == story_id:
            batch.db.execute("update member set since_us = ? where article_id = ?", (at_us, article_id))
        elif row:
            batch.db.execute(_STAY, (article_id, at_us, story_id, member.role))


def _join(batch: Batch, row: tuple[object, ...], at_us: int) -> bool:
    """Whether the article is of the story now: most are of none yet, and one statement is enough for them."""
    if batch.db.execute(f"insert into member {_COLUMNS} on conflict do nothing", row).rowcount == 1:
        return True
    article_id, story_id, _, _, role, *_ = row
    if not _taken(batch, str(article_id), at_us):
        batch.db.execute(_STAY, (article_id, at_us, story_id, role))
        return False
    _write(batch, row)
    return True


def _taken(batch: Batch, article_id: str, at_us: int) -> bool:
    """Let it go where it is. False where another story has it since a later moment than this one.

    In whatever order the changes of two stories are read, the later one has the article.
    """
    row = batch.db.execute(
        "select story_id, since_us, version_id, source, role, of_source, first_us, delay_s from member "
        "where article_id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return True
    story_id, since_us, *rest = row
    if since_us > at_us:
        return False
    columns = MemberColumns(*rest)
    (left,) = batch.db.execute(
        "select count(*) from member where story_id = ? and source = ?", (story_id, columns.source)
    ).fetchone()
    if left == 1:
        batch.outlet(columns.source)["stories"] -= 1
    _leave(batch, article_id)
    batch.cache.drop_story(story_id)
    _count(batch, columns, -1)
    return True


def _leave(batch: Batch, article_id: str) -> None:
    """Few ever do. Where it was since when is kept, for pages of a past minute."""
    batch.db.execute(
        "insert or replace into stay select article_id, since_us, story_id, role from member "
        "where article_id = ?",
        (article_id,),
    )
    batch.db.execute("delete from member where article_id = ?", (article_id,))


def _write(batch: Batch, row: tuple[object, ...]) -> None:
    """When it joined the story stays as it is."""
    batch.db.execute(
        f"insert into member {_COLUMNS} on conflict do update set "
        "version_id = excluded.version_id, source = excluded.source, role = excluded.role, "
        "of_source = excluded.of_source, first_us = excluded.first_us, delay_s = excluded.delay_s",
        row,
    )


def members_of(batch: Batch, story_id: str) -> Mapping[str, MemberColumns]:
    rows = batch.db.execute(
        "select article_id, version_id, source, role, of_source, first_us, delay_s from member "
        "where story_id = ?",
        (story_id,),
    )
    return {article_id: MemberColumns(*columns) for article_id, *columns in rows}


def member_columns(members: Sequence[StoryMember]) -> dict[str, MemberColumns]:
    """By article."""
    sources = {member.url: member.source for member in members}
    seen = [us(member.first_seen_at) for member in members]
    first = min(seen, default=0)
    return {
        member.article_id: MemberColumns(
            member.version_id,
            member.source,
            member.role,
            sources.get(member.of, ""),
            at,
            (at - first) // 1_000_000,
        )
        for member, at in zip(members, seen, strict=True)
    }


def _count(batch: Batch, columns: MemberColumns, step: int) -> None:
    outlet = batch.outlet(columns.source)
    outlet["articles"] += step
    outlet[COUNTED_AS[columns.role]] += step
    if columns.delay_s > 0 and columns.role != "original":
        batch.delays[columns.source, bucket(columns.delay_s)] += step
    if columns.of_source and columns.of_source != columns.source:
        batch.takings[columns.source, columns.of_source] += step


def bucket(delay_s: int) -> int:
    return round(math.log2(delay_s) * BUCKETS)


def delay(number: int) -> int:
    """Seconds in the middle of a bucket."""
    return round(2 ** (number / BUCKETS))


def _stories(batch: Batch, before: Mapping[str, MemberColumns], after: Mapping[str, MemberColumns]) -> None:
    had = {columns.source for columns in before.values()}
    has = {columns.source for columns in after.values()}
    for name in has - had:
        batch.outlet(name)["stories"] += 1
    for name in had - has:
        batch.outlet(name)["stories"] -= 1
