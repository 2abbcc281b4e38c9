"""Two texts side by side, with the passages that the records say they share."""

import sqlite3
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from services.contracts.relations import Passage, Relation, Verdict
from services.contracts.stories import Provenance, Story
from services.desk import addresses
from services.desk.queries import past
from services.desk.queries.answers import NotThere
from services.desk.queries.cards import headline
from services.desk.queries.story import place as story_place
from services.desk.queries.texts import Version, shown, spans, version
from services.desk.store import bodies
from services.desk.views.compare import ComparePage
from services.desk.views.frame import Link, Texts
from services.stream.bus import Partition


class Then(NamedTuple):
    """The moment that is asked for, and how the story of the two stood then, if the log still tells it."""

    at: datetime | None
    story: Story | None


NOW = Then(None, None)


class Pair(NamedTuple):
    """What the records say of two versions."""

    took: Version
    of: Version
    relation: Relation | None
    record: Link | None = None


def compare(
    db: sqlite3.Connection, left: str, right: str, texts: Texts, *, whole: bool = False, then: Then = NOW
) -> ComparePage | NotThere:
    """By ids of versions or of articles.

    A relation of other versions of the two is told with the texts that it is about.
    """
    one, other = version(db, left, then.at), version(db, right, then.at)
    if one is None or other is None:
        older = "it had not been seen at this minute" if then.at else "it is older than what the Desk knows"
        return NotThere(f"One of the two texts is not known, or {older}.")
    straight = _pair(db, one, other, then.at)
    back = _pair(db, other, one, then.at) if straight is None else None
    pair = straight or back or Pair(one, other, None)
    page = _page(db, pair, texts, then, whole=whole)
    return _swapped(page, then.at) if back else page


def place(db: sqlite3.Connection, left: str, right: str, at: datetime) -> tuple[Partition, int] | None:
    """Of the record that says how the story in which one of the two stood was then."""
    found = (version(db, name, at) for name in (left, right))
    ids = (past.story_of(db, one.article_id, at) for one in found if one)
    return story_place(db, next(filter(None, ids), ""), at)


def _pair(db: sqlite3.Connection, took: Version, of: Version, at: datetime | None) -> Pair | None:
    """The relation of just these versions, else of these articles, if there is one."""
    rows = db.execute(
        "select version_id, body, partition, offset from verdict where article_id = ? "
        "order by version_id = ? desc, id desc",
        (took.article_id, took.version_id),
    ).fetchall()
    for version_id, body, partition, offset in rows:
        relation = _fitting(bodies.unpack(Verdict, body), of)
        mine = version(db, version_id, at)
        if relation and mine:
            theirs = version(db, relation.other_version_id, at) or of
            link = Link(label="record", href=addresses.record("relations", partition, offset))
            return Pair(mine, theirs, relation, link)
    return None


def _fitting(verdict: Verdict, of: Version) -> Relation | None:
    fitting = [one for one in verdict.relations if one.other_article_id == of.article_id]
    return max(fitting, key=lambda one: one.other_version_id == of.version_id, default=None)


def _page(db: sqlite3.Connection, pair: Pair, texts: Texts, then: Then, *, whole: bool) -> ComparePage:
    relation = pair.relation
    passages = relation.passages if relation and texts != "none" else ()
    left = shown(db, pair.took, texts, passages=spans(passages, other=False), whole=whole)
    right = shown(db, pair.of, texts, passages=spans(passages, other=True), whole=whole)
    at = then.at
    story_id = past.story_of(db, pair.took.article_id, at)
    story = _story(db, story_id) if at is None else then.story
    order = _order(story, pair) if story else None
    address = addresses.compare(pair.took.version_id, pair.of.version_id, at)
    before, after = _neighbours(story, pair.took.article_id, at) if story else (None, None)
    page = ComparePage(
        left=left,
        right=right,
        passages=passages,
        sure=order.sure if order else None,
        order_reason=order.reason if order else "",
        after_s=abs(pair.took.first_us - pair.of.first_us) // 1_000_000,
        story_id=story_id,
        headline=headline(db, story_id, at) if story_id else "",
        swap_href=addresses.compare(pair.of.version_id, pair.took.version_id, at),
        whole_href=_whole(address) if "cut" in (left.shown, right.shown) and not whole else "",
        previous=before,
        next=after,
        record=pair.record,
    )
    return _told(page, relation, texts) if relation else page


def _told(page: ComparePage, relation: Relation, texts: Texts) -> ComparePage:
    return replace(
        page,
        related=True,
        kind=relation.kind,
        correction=relation.correction,
        note=relation.note if texts == "full" else "",
        jaccard=relation.jaccard,
        containment=relation.containment,
        other_containment=relation.other_containment,
        direction=relation.direction,
        reason=relation.reason,
    )


def _swapped(page: ComparePage, at: datetime | None) -> ComparePage:
    """Who took stands on the right, as it was asked for."""
    turned = [
        Passage(start=one.other_start, end=one.other_end, other_start=one.start, other_end=one.end)
        for one in page.passages
    ]
    return replace(
        page,
        left=page.right,
        right=page.left,
        passages=tuple(sorted(turned, key=lambda one: one.start)),
        containment=page.other_containment,
        other_containment=page.containment,
        swapped=True,
        swap_href=addresses.compare(page.left.version_id, page.right.version_id, at),
        whole_href=page.whole_href
        and _whole(addresses.compare(page.right.version_id, page.left.version_id, at)),
    )


def _whole(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}show=all"


def _story(db: sqlite3.Connection, story_id: str) -> Story | None:
    found = db.execute("select body from story where story_id = ?", (story_id,)).fetchone()
    return bodies.unpack(Story, found[0]) if found else None


def _order(story: Story, pair: Pair) -> Provenance | None:
    """What the story says of who took from whom: it knows more than the two texts tell."""
    edges = (one for one in story.provenance if (one.url, one.of_url) == (pair.took.url, pair.of.url))
    return next(edges, None)


def _neighbours(story: Story, article_id: str, at: datetime | None) -> tuple[Link | None, Link | None]:
    """The pairs before and after, in the order in which the story's members took."""
    members = {member.url: member for member in story.members}
    took = [member for member in members.values() if member.of in members]
    ids = [member.article_id for member in took]
    if article_id not in ids:
        return None, None
    here = ids.index(article_id)
    links = [
        Link(
            label=member.source, href=addresses.compare(member.version_id, members[member.of].version_id, at)
        )
        for member in took
    ]
    return (links[here - 1] if here else None), (links[here + 1] if here + 1 < len(links) else None)
