"""Figures over time, as pages show them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.contracts.facts import FigureLine
from services.desk.views.rows import FigureRow, FigureValue
from services.enrich.facts.timeline import lines


def said_by(told: Sequence[FigureLine], at: datetime | None) -> tuple[FigureLine, ...]:
    """What of it had been said by then, and whether that was disputed."""
    if at is None:
        return tuple(told)
    return lines(point for line in told for point in line.points if point.at <= at)


def figure_rows(lines: Sequence[FigureLine], article_of: Mapping[str, str]) -> tuple[FigureRow, ...]:
    """`article_of`: ids of articles by address."""
    return tuple(
        FigureRow(
            label=line.label or line.what,
            unit=line.unit,
            conflict=line.conflict,
            points=tuple(
                FigureValue(
                    value=point.figure.value,
                    text=point.figure.text,
                    bound=point.figure.bound,
                    source=point.source,
                    at=point.at,
                    article_id=article_of.get(point.url, ""),
                    version_id=point.version_id,
                    url=point.url,
                )
                for point in line.points
            ),
        )
        for line in lines
    )
