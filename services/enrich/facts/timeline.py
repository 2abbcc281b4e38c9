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
    found: defaultdict[tuple[str, str], list[FigurePoint]] = defaultdict(list)
    latest: defaultdict[tuple[str, str], list[frozenset[float]]] = defaultdict(list)
    for member in members:
        told = known.get(member.article_id)
        if told is None or member.notice:
            continue
        current = points(told, member)
        for point in (*told.past, *current):
            found[point.figure.what, point.figure.unit].append(point)
        values: defaultdict[tuple[str, str], set[float]] = defaultdict(set)
        for point in current:
            values[point.figure.what, point.figure.unit].add(point.figure.value)
        for key, given in values.items():
            latest[key].append(frozenset(given))
    lines = [_line(key, line, latest[key]) for key, line in found.items()]
    return tuple(sorted(lines, key=_rank)[:MOST_LINES])


def _values(line: Iterable[FigurePoint]) -> frozenset[float]:
    return frozenset(point.figure.value for point in line)


def _line(key: tuple[str, str], line: list[FigurePoint], latest: Sequence[frozenset[float]]) -> FigureLine:
    ordered = sorted(line, key=lambda point: (point.at, point.url, point.figure.value))
    return FigureLine(
        what=key[0],
        unit=key[1],
        label=ordered[-1].figure.label,
        points=tuple(ordered[-MOST_POINTS:]),
        conflict=any(
            one.isdisjoint(other) for place, one in enumerate(latest) for other in latest[place + 1 :]
        ),
    )


def _rank(line: FigureLine) -> tuple[int, int, str, str]:
    articles = len({point.url for point in line.points})
    return -articles, -len(_values(line.points)), line.what, line.unit
