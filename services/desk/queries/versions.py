"""The versions of one article, what changed between them, and two of them to be told apart."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from services.contracts.stories import Update
from services.desk import addresses, rights
from services.desk.queries import past
from services.desk.queries.answers import NotThere
from services.desk.queries.cards import headline
from services.desk.queries.texts import Version, shown, version, versions
from services.desk.store import bodies
from services.desk.store.moments import moment, moment_or_none, us_or_always
from services.desk.views.frame import Link, Texts
from services.desk.views.text import ShownText
from services.desk.views.versions import VersionRow, VersionsPage

MOST = 200


def article(
    db: sqlite3.Connection,
    name: str,
    texts: Texts,
    *,
    older: str = "",
    newer: str = "",
    everything: bool = False,
    at: datetime | None = None,
) -> VersionsPage | NotThere:
    """By the id of the article or of a version; of `at`, those that had been seen by then.

    `older`, `newer`: ids of versions; the last two where they are not named.
    """
    named = version(db, name)
    if named is None:
        return NotThere("No article has this id, or it is older than what the Desk knows.")
    known = [one for one in versions(db, named.article_id, MOST) if one.first_us <= us_or_always(at)]
    if not known:
        return NotThere("This article had not been seen at this minute.")
    pair = _pair(known, older, newer or (named.version_id if name == named.version_id else ""))
    rows = _rows(db, known, texts, at)
    update = next((row.update for row in rows if pair and row.version_id == pair[1].version_id), None)
    told = update if update and pair and update.replaced_version_id == pair[0].version_id else None
    withdrawn = db.execute(
        "select at_us, note from withdrawal where article_id = ? and at_us <= ?",
        (named.article_id, us_or_always(at)),
    ).fetchone() or (None, "")
    story_id = past.story_of(db, named.article_id, at)
    return VersionsPage(
        article_id=named.article_id,
        url=known[-1].url,
        source=known[-1].source,
        title=known[-1].title,
        versions=rows,
        older=_shown(db, pair[0], texts, whole=True) if pair else None,
        newer=_shown(db, pair[1] if pair else _named(known, newer), texts, whole=bool(pair) or everything),
        update=told,
        story_id=story_id,
        headline=headline(db, story_id, at) if story_id else "",
        withdrawn_at=moment_or_none(withdrawn[0]),
        withdrawn_note=withdrawn[1] if texts == "full" else "",
        only_href=_only(
            named.article_id, pair, everything=not everything, alone="" if pair else newer, at=at
        ),
        changes_only=not everything,
    )


def _shown(db: sqlite3.Connection, one: Version, texts: Texts, *, whole: bool) -> ShownText:
    return shown(db, one, texts, passages=(), whole=whole)


def _named(known: Sequence[Version], name: str) -> Version:
    """The version with this id, else the latest."""
    return next((one for one in known if one.version_id == name), known[-1])


def _only(
    article_id: str,
    pair: tuple[Version, Version] | None,
    *,
    everything: bool = False,
    alone: str = "",
    at: datetime | None,
) -> str:
    query = {"from": pair[0].version_id, "to": pair[1].version_id} if pair else {"to": alone}
    then = {"show": "all" if everything else "", "at": addresses.exact(at) if at else ""}
    return addresses.with_query(addresses.article(article_id), {**query, **then})


def _pair(known: Sequence[Version], older: str, newer: str) -> tuple[Version, Version] | None:
    """Two versions in order of time."""
    places = {one.version_id: place for place, one in enumerate(known)}
    to = places.get(newer, len(known) - 1)
    of = places.get(older, to - 1)
    if of == to or min(of, to) < 0:
        return None
    return known[min(of, to)], known[max(of, to)]


def _rows(
    db: sqlite3.Connection, known: Sequence[Version], texts: Texts, at: datetime | None
) -> tuple[VersionRow, ...]:
    rows = []
    for number, one in enumerate(known, 1):
        update = _update(db, one.version_id, texts)
        before = known[number - 2] if number > 1 else None
        rows.append(
            VersionRow(
                version_id=one.version_id,
                first_seen_at=moment(one.first_us),
                title=one.title,
                words=one.words,
                number=number,
                update=update,
                small=bool(update and update.house_style),
                href=_only(one.article_id, (before, one) if before else None, alone=one.version_id, at=at),
                record=_record(db, one),
            )
        )
    return tuple(rows)


def _update(db: sqlite3.Connection, version_id: str, texts: Texts) -> Update | None:
    found = db.execute("select body from update_of where version_id = ?", (version_id,)).fetchone()
    return rights.update(bodies.unpack(Update, found[0]), texts) if found else None


def _record(db: sqlite3.Connection, one: Version) -> Link:
    place = db.execute("select partition, offset from version where id = ?", (one.number,)).fetchone()
    return Link(label="record", href=addresses.record("articles", *place))
