"""Asks a running Prometheus for every expression of every dashboard, and tells what is wrong.

`python -m deploy.monitoring.evaluate http://127.0.0.1:9090`; the exit code is 1 where anything is.
A misspelt metric is a success with no series, and a division by nothing is a success with NaN. Here both
are findings: each expression must give at least one series, and only finite values.
"""

import json
import math
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SPANS: Mapping[str, str] = {"$__rate_interval": "1m", "$__range": "1h"}
"""What Grafana would fill in."""
TIMEOUT_S = 10.0
FOLDER = Path(__file__).parent / "dashboards"


class Asked(NamedTuple):
    """An expression, and where it stands."""

    board: str
    panel: str
    expr: str


class Finding(NamedTuple):
    asked: Asked
    told: str

    def __str__(self) -> str:
        return f"{self.asked.board}, {self.asked.panel}: {self.told}: {self.asked.expr}"


def shown(folder: Path = FOLDER) -> Iterator[Asked]:
    """Every expression of the dashboards in a folder, wherever in a panel it stands."""
    for path in sorted(folder.glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for expr in _expressions(panel):
                yield Asked(path.stem, panel["title"], expr)


def _expressions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from (value,) if key == "expr" else _expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _expressions(value)


def findings(url: str, asked: Iterable[Asked]) -> list[Finding]:
    """What is wrong with any of them on the Prometheus at `url`. Raises OSError where none answers."""
    return [Finding(one, told) for one in asked for told in _wrong(url, one.expr)]


def _wrong(url: str, expression: str) -> Iterator[str]:
    try:
        series = ask(url, expression)
    except ValueError as error:
        yield f"refused ({error})"
        return
    if not series:
        yield "no series"
    for one in series:
        if not math.isfinite(value := float(one["value"][1])):
            yield f"{value} for {one['metric']}"


def ask(url: str, expression: str) -> Sequence[dict[str, Any]]:
    """The series of an instant query now. Raises ValueError with Prometheus' own words."""
    for name, span in SPANS.items():
        expression = expression.replace(name, span)
    query = urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/api/v1/query?{query}", timeout=TIMEOUT_S) as answer:  # noqa: S310 - an operator's own address
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise ValueError(json.load(error).get("error", error.reason)) from None
    result = told["data"]["result"]
    return result if told["data"]["resultType"] == "vector" else [{"metric": {}, "value": result}]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m deploy.monitoring.evaluate http://HOST:PORT")
    asked = list(shown())
    found = findings(sys.argv[1], asked)
    print(*found, f"{len(asked)} expressions, {len(found)} findings", sep="\n")
    sys.exit(1 if found or not asked else 0)


if __name__ == "__main__":
    main()
