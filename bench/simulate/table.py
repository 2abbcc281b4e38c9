"""Table: Markdown, and figures as short as what is known of them."""

from collections.abc import Iterable, Sequence

_FIGURE = frozenset("0123456789-+×*")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns of figures stand to the right."""
    cells = [[*map(_cell, row)] for row in rows]
    columns = zip(*cells, strict=True)
    rules = ["---:" if all(cell[:1] in _FIGURE for cell in column) else "---" for column in columns]
    lines = [head, rules, *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def count(figure: float) -> str:
    if figure >= 999_500:
        return f"{figure / 1e6:,.0f} million" if figure >= 1e8 else f"{figure / 1e6:.3g} million"
    return f"{round(figure, -3):,.0f}" if figure >= 10_000 else f"{figure:,.0f}"


def seconds(figure: float) -> str:
    if figure < 120:
        return f"{figure:.1f} s"
    return f"{figure / 60:.0f} min" if figure < 7200 else f"{figure / 3600:.0f} h"


def gigabytes(figure: float) -> str:
    return f"{figure / 1000:,.1f} TB" if figure >= 1000 else f"{figure:,.1f} GB"


def brief(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:,.2f}"
