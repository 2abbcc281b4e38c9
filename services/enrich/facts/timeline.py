"""How the count of one thing went, across versions and outlets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.contracts.clusters import Member
from services.contracts.facts import ArticleFacts, FigureLine, FigurePoint

MOST_LINES = 12
MOST_POINTS = 24


def points(known: ArticleFacts, member: Member) -> list[FigurePoint]:
    """What an article's current version counts."""
    return [
        FigurePoint(
            figure=figure,
            url=member.url,
            source=member.source,
            version_id=known.version_id,
            at=known.seen_at,
        )
        for figure in known.facts.figures
        if figure.what
    ]


def timeline(members: Sequence[Member], known: Mapping[str, ArticleFacts]) -> tuple[FigureLine, ...]:
    """What is counted in most articles first, then what changed most; of one thing in order of time."""
    found: list[FigurePoint] = []
    for member in members:
        told = known.get(member.article_id)
        if told is not None and not member.notice:
            found += (*told.past, *points(told, member))
    return lines(found)


def lines(found: Iterable[FigurePoint]) -> tuple[FigureLine, ...]:
    """The same of points from anywhere: of several stories, as an event or a storyline tells them."""
    by_thing: defaultdict[tuple[str, str], list[FigurePoint]] = defaultdict(list)
    for point in found:
        by_thing[point.figure.what, point.figure.unit].append(point)
    told = [_line(key, line) for key, line in by_thing.items()]
    return tuple(sorted(told, key=_rank)[:MOST_LINES])


def _values(line: Iterable[FigurePoint]) -> frozenset[float]:
    return frozenset(point.figure.value for point in line)


def _line(key: tuple[str, str], line: list[FigurePoint]) -> FigureLine:
    if len(line) == 1:
        return FigureLine(what=key[0], unit=key[1], label=line[0].figure.label, points=tuple(line))
    ordered = sorted(line, key=lambda point: (point.at, point.url, point.figure.value))
    latest = {point.url: point.version_id for point in ordered}
    given = [_values(p for p in ordered if (p.url, p.version_id) == one) for one in latest.items()]
    return FigureLine(
        what=key[0],
        unit=key[1],
        label=ordered[-1].figure.label,
        points=tuple(ordered[-MOST_POINTS:]),
        conflict=any(
            one.isdisjoint(other) for place, one in enumerate(given) for other in given[place + 1 :]
        ),
    )


def _rank(line: FigureLine) -> tuple[int, int, str, str]:
    if len(line.points) == 1:
        return -1, -1, line.what, line.unit
    articles = len({point.url for point in line.points})
    return -articles, -len(_values(line.points)), line.what, line.unit
