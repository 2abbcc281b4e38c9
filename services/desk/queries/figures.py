"""Figures over time, as pages show them. Pure."""

from collections.abc import Mapping, Sequence

from services.contracts.facts import FigureLine
from services.desk.views.rows import FigureRow, FigureValue


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
