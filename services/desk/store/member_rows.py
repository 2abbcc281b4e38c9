"""Which article is in which story, and what its outlet does: how often first or a copy, how late."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.contracts.stories import Role, StoryMember
from services.desk.store.batch import Batch
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


class MemberColumns(NamedTuple):
    version_id: str
    source: str
    role: Role
    of_source: str
    first_us: int
    delay_s: int


def put(batch: Batch, story_id: str, members: Sequence[StoryMember], was_alone: str, alone: str = "") -> None:
    """What differs from before is written, and counted for the outlets."""
    before = _members(batch, story_id)
    after = _columns(members)
    for article_id in before.keys() - after.keys():
        batch.db.execute("delete from member where article_id = ?", (article_id,))
        _count(batch, before[article_id], -1)
    for article_id, columns in after.items():
        if before.get(article_id) != columns:
            _write(batch, story_id, article_id, columns, before.get(article_id))
    _stories(batch, before, after)
    if was_alone != alone:
        for name, step in ((was_alone, -1), (alone, 1)):
            if name:
                batch.outlet(name)["alone"] += step


def _members(batch: Batch, story_id: str) -> dict[str, MemberColumns]:
    rows = batch.db.execute(
        "select article_id, version_id, source, role, of_source, first_us, delay_s from member "
        "where story_id = ?",
        (story_id,),
    )
    return {article_id: MemberColumns(*columns) for article_id, *columns in rows}


def _columns(members: Sequence[StoryMember]) -> dict[str, MemberColumns]:
    sources = {member.url: member.source for member in members}
    first = min((us(member.first_seen_at) for member in members), default=0)
    return {
        member.article_id: MemberColumns(
            member.version_id,
            member.source,
            member.role,
            sources.get(member.of, ""),
            us(member.first_seen_at),
            (us(member.first_seen_at) - first) // 1_000_000,
        )
        for member in members
    }


def _write(
    batch: Batch, story_id: str, article_id: str, columns: MemberColumns, before: MemberColumns | None
) -> None:
    if before is None:
        before = _elsewhere(batch, article_id)
    batch.db.execute(
        "insert or replace into member (article_id, story_id, version_id, source, role, of_source, first_us, "
        "delay_s) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (article_id, story_id, *columns),
    )
    if before is not None:
        _count(batch, before, -1)
    _count(batch, columns, 1)


def _elsewhere(batch: Batch, article_id: str) -> MemberColumns | None:
    """The article came from a story that has not said yet that it lost it."""
    row = batch.db.execute(
        "select story_id, version_id, source, role, of_source, first_us, delay_s from member "
        "where article_id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return None
    story_id, *rest = row
    columns = MemberColumns(*rest)
    others = batch.db.execute(
        "select count(*) from member where story_id = ? and source = ?", (story_id, columns.source)
    ).fetchone()[0]
    if others == 1:
        batch.outlet(columns.source)["stories"] -= 1
    return columns


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
