"""A story's page: the tree of who took from whom, row by row with its words, and its pick-up. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.desk.drawings.axis import Axis, Tick
from services.desk.drawings.curve import Dot, heights, steps
from services.desk.drawings.tree import Leaf, TreeRow, rows
from services.desk.pages.timelines import of
from services.desk.views.story import Edge, MemberRow, PickupPoint, StoryPage

_WHOLE = 60
"""Articles up to which each has a row; beyond, copies that add nothing stand under the first of them."""
_ADDS_NOTHING = 5
"""Words, at most."""
_DRAWN = 80
"""Rows of the tree, at most; what is left stands in a plain list beneath it."""


_COPIES = frozenset({"copy", "duplicate"})


class TextRow(NamedTuple):
    """One article with its part of the tree."""

    member: MemberRow
    tree: TreeRow
    edges: tuple[Edge, ...]
    behind_s: int
    """Seconds behind the text it was taken from."""
    undecided: bool
    """Nobody knows which of the two took from the other."""
    like: tuple[MemberRow, ...] = ()
    """Further copies of the same text that add nothing, folded beneath it."""


class Curve(NamedTuple):
    articles: str
    outlets: str
    most: int
    apart: bool
    """The two lines are not the same."""


def story(view: StoryPage) -> dict[str, object]:
    times = [member.first_seen_at for member in view.members] or [view.story.first_seen_at]
    axis = Axis(min(times), max(times))
    heads, like = _fold(view.members) if len(view.members) > _WHOLE else (list(view.members), {})
    drawn = _drawn(heads, view.members)
    return {
        "texts": tuple(_texts(view, drawn, like, axis)),
        "others": _others(heads, drawn),
        "ticks": tuple(axis.ticks()),
        "curve": _curve(view.pickup),
        "pickup_ticks": _ticks(view.pickup),
        "timelines": of(view.figures),
    }


def _drawn(heads: Sequence[MemberRow], members: Sequence[MemberRow]) -> list[MemberRow]:
    """Where there are too many, those first that others took from or that are more than copies."""
    if len(heads) <= _DRAWN:
        return list(heads)
    taken_from = {member.of_article_id for member in members}
    order = sorted(heads, key=lambda one: one.article_id not in taken_from and one.role in _COPIES)
    kept = {one.article_id for one in order[:_DRAWN]}
    return [head for head in heads if head.article_id in kept]


def _others(heads: Sequence[MemberRow], drawn: Sequence[MemberRow]) -> tuple[MemberRow, ...]:
    ids = {one.article_id for one in drawn}
    return tuple(head for head in heads if head.article_id not in ids)


def _texts(
    view: StoryPage, heads: Sequence[MemberRow], like: Mapping[str, tuple[MemberRow, ...]], axis: Axis
) -> Iterator[TextRow]:
    seen = {member.article_id: member.first_seen_at for member in view.members}
    edges: dict[str, list[Edge]] = {}
    for edge in view.edges:
        edges.setdefault(edge.article_id, []).append(edge)
    leaves = [Leaf(m.article_id, m.of_article_id, m.first_seen_at) for m in heads]
    for member, tree in zip(heads, rows(leaves, axis), strict=True):
        behind = member.first_seen_at - seen.get(member.of_article_id, member.first_seen_at)
        yield TextRow(
            member,
            tree,
            tuple(edges.get(member.article_id, ())),
            int(behind.total_seconds()),
            _is_undecided(member, edges.get(member.article_id, ())),
            like.get(member.article_id, ()),
        )


def _is_undecided(member: MemberRow, edges: Sequence[Edge]) -> bool:
    told = [edge.sure for edge in edges if edge.of_article_id and edge.of_article_id == member.of_article_id]
    return bool(told) and set(told) == {"undecided"}


def _fold(members: Sequence[MemberRow]) -> tuple[list[MemberRow], Mapping[str, tuple[MemberRow, ...]]]:
    """Copies of one text that add nothing under the first of them, unless others took from them."""
    taken_from = {member.of_article_id for member in members}
    heads: list[MemberRow] = []
    first: dict[str, str] = {}
    like: dict[str, list[MemberRow]] = {}
    for member in members:
        plain = member.role in _COPIES and member.added_words <= _ADDS_NOTHING
        told = member.correction_note or member.withdrawn_at or member.of_withdrawn
        if plain and not told and member.article_id not in taken_from:
            head = first.setdefault(member.of_article_id, member.article_id)
            if head != member.article_id:
                like.setdefault(head, []).append(member)
                continue
        heads.append(member)
    return heads, {head: tuple(group) for head, group in like.items()}


def _ticks(points: Sequence[PickupPoint]) -> tuple[Tick, ...]:
    axis = _axis(points)
    return tuple(axis.ticks()) if axis else ()


def _axis(points: Sequence[PickupPoint]) -> Axis | None:
    times: list[datetime] = [point.at for point in points]
    return Axis(min(times), max(times)) if len(set(times)) > 1 else None


def _curve(points: Sequence[PickupPoint]) -> Curve | None:
    """None where all came at one moment: there is nothing to draw."""
    axis = _axis(points)
    if axis is None:
        return None
    counts = [float(p.articles) for p in points] + [float(p.outlets) for p in points]
    ys = heights(counts, lowest=0.0)
    xs = [axis.x(point.at) for point in points]
    articles, outlets = ys[: len(points)], ys[len(points) :]
    return Curve(_path(xs, articles), _path(xs, outlets), int(max(counts)), articles != outlets)


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    return steps([Dot(round(x, 1), y) for x, y in zip(xs, ys, strict=True)])
