"""Dashboards as data, and their JSON for Grafana: laid out by rows, each panel with unit and description."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

Unit = Literal["short", "s", "bytes", "percentunit", "ops", "Bps", "bool", "dateTimeAsIso", "none"]
"""Grafana's names of units."""
Kind = Literal["timeseries", "stat", "table"]
COLUMNS = 24
SCHEMA = 39
"""Of Grafana 11; older ones read it, newer ones bring it up to date."""
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


class Query(msgspec.Struct, frozen=True):
    expr: str
    legend: str = ""


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    about: str
    """What is seen, and what is good or bad about it."""
    unit: Unit = "short"
    queries: tuple[Query, ...] = ()
    kind: Kind = "timeseries"
    width: int = 8
    height: int = 8
    stacked: bool = False
    least: float | None = None
    most: float | None = None
    bad_above: float | None = None
    """Red from here on; for `stat`."""
    bad_below: float | None = None


class Row(msgspec.Struct, frozen=True):
    title: str
    panels: tuple[Panel, ...]


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is file name and, with a prefix, Grafana's uid: it stays when the title changes."""

    name: str
    title: str
    about: str
    rows: tuple[Row, ...]


def dashboard_text(board: Dashboard, runbook: str) -> str:
    """The file, ready for import or provisioning."""
    content = {
        "uid": f"newsfold-{board.name}",
        "title": f"Newsfold / {board.title}",
        "description": board.about,
        "tags": ["newsfold"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "templating": {"list": [_datasource()]},
        "annotations": {"list": []},
        "links": [_others(), _page(runbook)],
        "panels": list(_panels(board, runbook)),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}


def _others() -> dict[str, Any]:
    return {"title": "Newsfold", "type": "dashboards", "tags": ["newsfold"], "asDropdown": False}


def _page(runbook: str) -> dict[str, Any]:
    return {"title": "Runbook", "type": "link", "url": runbook, "targetBlank": True}


def _panels(board: Dashboard, runbook: str) -> Iterator[dict[str, Any]]:
    number, top = 1, 2
    yield _text(board, runbook, number)
    for row in board.rows:
        number += 1
        yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "panels": []} | _at(
            0, top, COLUMNS, 1
        )
        top += 1
        for left, down, panel in _placed(row.panels):
            number += 1
            yield _panel(panel, number) | _at(left, top + down, panel.width, panel.height)
        top += _height(row.panels)


def _text(board: Dashboard, runbook: str, number: int) -> dict[str, Any]:
    content = f"{board.about} An alert's first three commands are in the [runbook]({runbook})."
    return {
        "id": number,
        "type": "text",
        "title": "",
        "description": "Where to go on.",
        "datasource": SOURCE,
        "options": {"mode": "markdown", "content": content},
    } | _at(0, 0, COLUMNS, 2)


def _placed(panels: Sequence[Panel]) -> Iterator[tuple[int, int, Panel]]:
    """Left to right; a panel that does not fit any more begins a new line."""
    left = down = tallest = 0
    for panel in panels:
        if left + panel.width > COLUMNS:
            left, down, tallest = 0, down + tallest, 0
        yield left, down, panel
        left, tallest = left + panel.width, max(tallest, panel.height)


def _height(panels: Sequence[Panel]) -> int:
    return max((down + panel.height for _, down, panel in _placed(panels)), default=0)


def _at(left: int, top: int, width: int, height: int) -> dict[str, Any]:
    return {"gridPos": {"x": left, "y": top, "w": width, "h": height}}


def _panel(panel: Panel, number: int) -> dict[str, Any]:
    shown = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _OPTIONS[panel.kind],
    }
    return shown | {"targets": [_target(query, at, panel) for at, query in enumerate(panel.queries)]}


def _target(query: Query, at: int, panel: Panel) -> dict[str, Any]:
    return {
        "refId": chr(ord("A") + at),
        "datasource": SOURCE,
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "format": "table" if panel.kind == "table" else "time_series",
        "instant": panel.kind != "timeseries",
        "range": panel.kind == "timeseries",
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "thresholds": _thresholds(panel)}
    if panel.kind == "timeseries":
        defaults["custom"] = {
            "fillOpacity": 30 if panel.stacked else 5,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none"},
        }
    bounds = {"min": panel.least, "max": panel.most}
    return defaults | {name: bound for name, bound in bounds.items() if bound is not None}


def _thresholds(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.bad_above is not None:
        steps.append({"color": "red", "value": panel.bad_above})
    if panel.bad_below is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": panel.bad_below}]
    return {"mode": "absolute", "steps": steps}


_OPTIONS: dict[Kind, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "colorMode": "value",
        "graphMode": "none",
        "textMode": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"]},
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
}
