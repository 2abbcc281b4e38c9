"""Two texts side by side, with the passages that the records say they share."""

import sqlite3
from typing import NamedTuple

from msgspec.structs import replace

from services.contracts.relations import Passage, Relation, Verdict
from services.contracts.stories import Provenance, Story
from services.desk import addresses
from services.desk.queries.answers import NotThere
from services.desk.queries.cards import headline
from services.desk.queries.texts import Version, shown, spans, version
from services.desk.store import bodies
from services.desk.views.compare import ComparePage
from services.desk.views.frame import Link, Texts
from services.desk.views.text import ShownText


class Pair(NamedTuple):
    """What the records say of two versions."""

    took: Version
    of: Version
    relation: Relation | None
    record: Link | None = None


def compare(
    db: sqlite3.Connection, left: str, right: str, texts: Texts, *, whole: bool = False
) -> ComparePage | NotThere:
    """By ids of versions or of articles.

    A relation of other versions of the two is told with the texts that it is about.
    """
    one, other = version(db, left), version(db, right)
    if one is None or other is None:
        return NotThere("One of the two texts is not known, or it is older than what the Desk knows.")
    straight = _pair(db, one, other)
    back = _pair(db, other, one) if straight is None else None
    pair = straight or back or Pair(one, other, None)
    page = _page(db, pair, texts, whole=whole)
    return _swapped(page) if back else page


def _pair(db: sqlite3.Connection, took: Version, of: Version) -> Pair | None:
    """The relation of just these versions, else of these articles, if there is one."""
    rows = db.execute(
        "select version_id, body, partition, offset from verdict where article_id = ? "
        "order by version_id = ? desc, id desc",
        (took.article_id, took.version_id),
    ).fetchall()
    for version_id, body, partition, offset in rows:
        relation = _fitting(bodies.unpack(Verdict, body), of)
        mine = version(db, version_id)
        if relation and mine:
            theirs = version(db, relation.other_version_id) or of
            link = Link(label="record", href=addresses.record("relations", partition, offset))
            return Pair(mine, theirs, relation, link)
    return None


def _fitting(verdict: Verdict, of: Version) -> Relation | None:
    fitting = [one for one in verdict.relations if one.other_article_id == of.article_id]
    return max(fitting, key=lambda one: one.other_version_id == of.version_id, default=None)


def _page(db: sqlite3.Connection, pair: Pair, texts: Texts, *, whole: bool) -> ComparePage:
    relation = pair.relation
    passages = relation.passages if relation and texts != "none" else ()
    left = shown(db, pair.took, texts, passages=spans(passages, other=False), whole=whole)
    right = shown(db, pair.of, texts, passages=spans(passages, other=True), whole=whole)
    story_id = _story_of(db, pair.took.article_id)
    story = _story(db, story_id)
    order = _order(story, pair) if story else None
    address = addresses.compare(pair.took.version_id, pair.of.version_id)
    before, after = _neighbours(story, pair.took.article_id) if story else (None, None)
    page = ComparePage(
        left=left,
        right=right,
        passages=passages,
        sure=order.sure if order else None,
        order_reason=order.reason if order else "",
        after_s=abs(pair.took.first_us - pair.of.first_us) // 1_000_000,
        story_id=story_id,
        headline=headline(db, story_id) if story_id else "",
        swap_href=addresses.compare(pair.of.version_id, pair.took.version_id),
        whole_href=f"{address}?show=all" if "cut" in (left.shown, right.shown) and not whole else "",
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


def _swapped(page: ComparePage) -> ComparePage:
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
        swap_href=addresses.compare(page.left.version_id, page.right.version_id),
        whole_href=page.whole_href and _whole(page.right, page.left),
    )


def _whole(left: ShownText, right: ShownText) -> str:
    return f"{addresses.compare(left.version_id, right.version_id)}?show=all"


def _story_of(db: sqlite3.Connection, article_id: str) -> str:
    found = db.execute("select story_id from member where article_id = ?", (article_id,)).fetchone()
    return str(found[0]) if found else ""


def _story(db: sqlite3.Connection, story_id: str) -> Story | None:
    found = db.execute("select body from story where story_id = ?", (story_id,)).fetchone()
    return bodies.unpack(Story, found[0]) if found else None


def _order(story: Story, pair: Pair) -> Provenance | None:
    """What the story says of who took from whom: it knows more than the two texts tell."""
    edges = (one for one in story.provenance if (one.url, one.of_url) == (pair.took.url, pair.of.url))
    return next(edges, None)


def _neighbours(story: Story, article_id: str) -> tuple[Link | None, Link | None]:
    """The pairs before and after, in the order in which the story's members took."""
    members = {member.url: member for member in story.members}
    took = [member for member in members.values() if member.of in members]
    ids = [member.article_id for member in took]
    if article_id not in ids:
        return None, None
    at = ids.index(article_id)
    links = [
        Link(label=member.source, href=addresses.compare(member.version_id, members[member.of].version_id))
        for member in took
    ]
    return (links[at - 1] if at else None), (links[at + 1] if at + 1 < len(links) else None)
