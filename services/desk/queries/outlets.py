"""Outlets: how often first, copied, rewrote, corrected, and how late behind the origin."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from services.desk.queries.answers import NotThere
from services.desk.queries.cards import rows_of_stories
from services.desk.queries.paging import paging
from services.desk.store.member_rows import delay
from services.desk.views.outlets import OutletPage, OutletRow, OutletsPage, TakesFrom

SIZE = 100
STORIES = 30
MOST_TAKEN = 5
SCAN = 3000
"""Latest articles of an outlet among which its stories are listed."""
_COLUMNS = "name, articles, first, copied, rewrote, updated, corrected, withdrawn, stories, alone"
SORTS: Final = ("articles", "first", "copied", "rewrote", "corrected", "name")


def outlets(db: sqlite3.Connection, *, sort: str = "articles", page: int = 1) -> OutletsPage:
    sort = sort if sort in SORTS else "articles"
    order = "name" if sort == "name" else f"{sort} desc, name"
    rows = db.execute(
        f"select {_COLUMNS} from outlet where articles > 0 order by {order} limit ? offset ?",
        (SIZE, (page - 1) * SIZE),
    ).fetchall()
    (total,) = db.execute("select count(*) from outlet where articles > 0").fetchone()
    query = {"sort": "" if sort == "articles" else sort}
    return OutletsPage(
        rows=tuple(_row(db, row) for row in rows),
        paging=paging("/outlets", query, page=page, size=SIZE, total=total),
        sort=sort,
    )


def outlet(db: sqlite3.Connection, name: str, *, page: int = 1) -> OutletPage | NotThere:
    found = db.execute(f"select {_COLUMNS} from outlet where name = ? and articles > 0", (name,)).fetchone()
    if found is None:
        return NotThere("No article of an outlet of this name is in a story that the Desk knows.")
    seen = db.execute(
        "select story_id from member where source = ? order by first_us desc limit ?", (name, SCAN)
    ).fetchall()
    stories = list(dict.fromkeys(story_id for (story_id,) in seen))
    start = (page - 1) * STORIES
    taken = db.execute(
        "select name, count from taking where of_name = ? and count > 0 order by count desc, name limit ?",
        (name, MOST_TAKEN),
    )
    return OutletPage(
        outlet=_row(db, found),
        stories=rows_of_stories(db, stories[start : start + STORIES]),
        taken_by=_takes(taken),
        paging=paging(
            f"/outlet/{quote(name, safe='')}", {}, page=page, size=STORIES, total=len(stories),
            capped=len(seen) == SCAN,
        ),
    )  # fmt: skip


def _row(db: sqlite3.Connection, columns: Sequence[object]) -> OutletRow:
    told = dict(zip(_COLUMNS.split(", "), columns, strict=True))
    taken = db.execute(
        "select of_name, count from taking where name = ? and count > 0 order by count desc, of_name limit ?",
        (told["name"], MOST_TAKEN),
    )
    return OutletRow(**told, median_delay_s=_median(db, str(told["name"])), takes_from=_takes(taken))  # type: ignore[arg-type]


def _takes(rows: Iterable[tuple[str, int]]) -> tuple[TakesFrom, ...]:
    return tuple(TakesFrom(name=name, count=count) for name, count in rows)


def _median(db: sqlite3.Connection, name: str) -> int | None:
    """Of the delays, right to a tenth: they are counted in buckets."""
    rows = db.execute(
        "select bucket, count from delay where name = ? and count > 0 order by bucket", (name,)
    ).fetchall()
    half, below = sum(count for _, count in rows) / 2, 0
    for bucket, count in rows:
        below += count
        if below >= half:
            return delay(bucket)
    return None
