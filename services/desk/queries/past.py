"""Where articles and stories stood at a past minute. Of no minute: where they stand."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.desk.store.moments import us_or_always

STAYED: Final = (
    "stay.since_us = (select max(since_us) from stay as s "
    "where s.article_id = stay.article_id and s.since_us <= :at)"
)
"""Of the places where an article is no longer, the one where it was at `:at`."""


def story_of(db: sqlite3.Connection, article_id: str, at: datetime | None) -> str:
    """The story that the article was in; empty: none."""
    found = db.execute(
        "select story_id from (select since_us, story_id from member where article_id = :id "
        "union all select since_us, story_id from stay where article_id = :id) "
        "where since_us <= :at order by since_us desc, story_id desc limit 1",
        {"id": article_id, "at": us_or_always(at)},
    ).fetchone()
    return str(found[0]) if found else ""


def stories_of(db: sqlite3.Connection, story_ids: Sequence[str], at: datetime | None) -> list[str]:
    """Those in which the articles of these stories were."""
    if at is None:
        return list(story_ids)
    names = {f"s{number}": story_id for number, story_id in enumerate(story_ids)}
    rows = db.execute(
        "select distinct iif(member.since_us <= :at, member.story_id, stay.story_id) as then_in from member "
        f"left join stay on stay.article_id = member.article_id and {STAYED} "
        f"where member.story_id in ({', '.join(f':{name}' for name in names)}) and then_in > '' "
        "order by then_in",
        {"at": us_or_always(at), **names},
    )
    return [story_id for (story_id,) in rows]


def event_of(db: sqlite3.Connection, story_id: str) -> str:
    """The event that the story is in, or the one that it was merged into; empty: none."""
    found = db.execute(
        "select event_id from event_story where story_id = :id or story_id = "
        "(select merged_into from story where story_id = :id) limit 1",
        {"id": story_id},
    ).fetchone()
    return str(found[0]) if found else ""
