"""The report as Markdown and as a picture: docs/performance.md and the curve in it."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path

import msgspec

from bench.speed.row import Number, Report, Row

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.svg"
FIGURES = ROOT / "docs" / "performance.json"
_WIDE, _HIGH, _MARGIN = 720, 360, 60
_COLOURS = ("#1b6ca8", "#7fb2d9", "#b3432b", "#e08a5b", "#4d8b57", "#8a6fb0")


def write(report: Report) -> None:
    FIGURES.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    PICTURE.write_text(picture(report.rows), encoding="utf-8")
    PAGE.write_text(page(report), encoding="utf-8")


def page(report: Report) -> str:
    parts = [
        "# Performance",
        f"Output of `{report.command}`: do not edit. As JSON: [{FIGURES.name}]({FIGURES.name}).",
        _facts("Machine", report.machine),
        _facts("Articles", report.workload),
        *(part for row in report.rows for part in section(row)),
    ]
    if report.left_out:
        parts += ["## Not measured", "\n".join(f"- {name}: {why}" for name, why in report.left_out.items())]
    return "\n\n".join(parts) + "\n"


def section(row: Row) -> Iterator[str]:
    yield f"## {row.title}"
    yield row.how
    yield table(row)
    if row.curves:
        yield f"![Microseconds an article against live articles]({PICTURE.name})"


def table(row: Row) -> str:
    lines = [row.head, tuple("---:" if column else "---" for column in row.head), *row.lines]
    return "\n".join(f"| {' | '.join(map(_told, line))} |" for line in lines)


def _told(figure: Number) -> str:
    return figure if isinstance(figure, str) else f"{figure:,}"


def _facts(name: str, facts: Mapping[str, Number]) -> str:
    return f"{name}: " + ", ".join(f"{key} {_told(value)}" for key, value in facts.items()) + "."


def picture(rows: Sequence[Row]) -> str:
    """Cost an article against live articles, both on scales of powers of ten."""
    curves = {name: curve for row in rows for name, curve in row.curves.items() if len(curve) > 1}
    points = [point for curve in curves.values() for point in curve]
    if not points:
        return '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
    x = Scale([at for at, _ in points], _MARGIN, _WIDE - 3 * _MARGIN)
    y = Scale([us for _, us in points], _HIGH - _MARGIN, _MARGIN / 2)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" font-family="sans-serif">'
    parts = [head, f'<rect width="{_WIDE}" height="{_HIGH}" fill="#fff"/>', *_grid(x, y)]
    for colour, (name, curve) in zip(_COLOURS, curves.items(), strict=False):
        path = " ".join(f"{x.place(at):.1f},{y.place(us):.1f}" for at, us in curve)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        at, us = curve[-1]
        place = f'x="{x.place(at) + 4:.1f}" y="{y.place(us) + 4:.1f}"'
        parts.append(f'<text {place} font-size="11" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


class Scale:
    """Figures to places, by powers of ten."""

    def __init__(self, figures: Sequence[float], begin: float, end: float) -> None:
        self._low, self._high = log10(min(figures)), log10(max(figures))
        self._begin, self._end = begin, end

    def place(self, figure: float) -> float:
        share = (log10(figure) - self._low) / ((self._high - self._low) or 1.0)
        return self._begin + share * (self._end - self._begin)

    def marks(self) -> Iterator[float]:
        for power in range(int(self._low) - 1, int(self._high) + 2):
            for step in (1, 2, 5):
                if self._low <= log10(step * 10.0**power) <= self._high:
                    yield step * 10.0**power


def _grid(x: Scale, y: Scale) -> Iterator[str]:
    for mark in y.marks():
        place = y.place(mark)
        yield f'<path d="M{_MARGIN} {place:.1f}H{_WIDE - 3 * _MARGIN}" stroke="#ddd"/>'
        yield _label(_MARGIN - 6, place + 4, mark, "end")
    for mark in x.marks():
        yield _label(x.place(mark), _HIGH - _MARGIN + 18, mark, "middle")
    yield f'<text x="{_MARGIN}" y="14" font-size="12">µs of CPU an article</text>'
    yield f'<text x="{_WIDE / 2 - _MARGIN}" y="{_HIGH - 14}" font-size="12">live articles</text>'


def _label(x: float, y: float, mark: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" text-anchor="{anchor}">{mark:,.0f}</text>'
