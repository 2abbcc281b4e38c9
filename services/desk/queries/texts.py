"""Versions of articles, and their texts as far as they may be shown."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.contracts.articles import Article
from services.contracts.relations import Passage
from services.desk.store import bodies
from services.desk.store.moments import moment, us_or_always
from services.desk.views.frame import Texts
from services.desk.views.text import Piece, ShownText

LONGEST = 40_000
"""Code points of a text that are shown at once; all of them where that is asked for, up to `WHOLE`."""
WHOLE = 400_000
_COLUMNS = "id, version_id, article_id, url, source, title, language, first_us, length, words"


class Version(NamedTuple):
    number: int
    version_id: str
    article_id: str
    url: str
    source: str
    title: str
    language: str
    first_us: int
    length: int
    words: int


def version(db: sqlite3.Connection, name: str, at: datetime | None = None) -> Version | None:
    """By its id, or the latest one of the article with this id; None too where it was not seen by `at`."""
    until = us_or_always(at)
    found = db.execute(
        f"select {_COLUMNS} from version where version_id = ? and first_us <= ?", (name, until)
    ).fetchone()
    found = (
        found
        or db.execute(
            f"select {_COLUMNS} from version where article_id = ? and first_us <= ? "
            "order by first_us desc, id desc limit 1",
            (name, until),
        ).fetchone()
    )
    return Version(*found) if found else None


def versions(db: sqlite3.Connection, article_id: str, most: int) -> list[Version]:
    """In order of first sight, the latest `most`."""
    rows = db.execute(
        f"select {_COLUMNS} from version where article_id = ? order by first_us desc, id desc limit ?",
        (article_id, most),
    ).fetchall()
    return [Version(*row) for row in reversed(rows)]


def article(db: sqlite3.Connection, number: int) -> Article | None:
    found = db.execute("select body from content where id = ?", (number,)).fetchone()
    return bodies.unpack(Article, found[0]) if found else None


def shown(
    db: sqlite3.Connection, one: Version, texts: Texts, *, passages: Sequence[tuple[int, int]], whole: bool
) -> ShownText:
    """`passages`: begin and end of what may be shown where not all may."""
    record = article(db, one.number)
    text = record.text if record else ""
    pieces: tuple[Piece, ...] = ()
    how = texts
    if texts == "full":
        most = WHOLE if whole else LONGEST
        pieces = (Piece(start=0, text=text[:most]),) if text else ()
        return _made(one, record, pieces, "cut" if len(text) > most else "full")
    if texts == "passages":
        pieces = tuple(Piece(start=start, text=text[start:end]) for start, end in joined(passages))
    return _made(one, record, pieces, how)


def _made(one: Version, record: Article | None, pieces: tuple[Piece, ...], how: str) -> ShownText:
    return ShownText(
        article_id=one.article_id,
        version_id=one.version_id,
        url=one.url,
        source=one.source,
        title=one.title,
        language=one.language,
        first_seen_at=moment(one.first_us),
        published_at=record.published_at if record else None,
        length=one.length,
        words=one.words,
        pieces=pieces,
        shown=how if record else "missing",  # type: ignore[arg-type]
    )


def joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, those that touch as one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif start < end:
            out.append((start, end))
    return out


def spans(passages: Sequence[Passage], *, other: bool) -> list[tuple[int, int]]:
    if other:
        return [(one.other_start, one.other_end) for one in passages]
    return [(one.start, one.end) for one in passages]
