"""Writes what the chart takes from elsewhere: `python -m deploy.helm.build`, after a change of any of it.

`README.md` from `values.yaml`; the part of `values.schema.json` that speaks of settings; copies of rules and
dashboards, because helm reads nothing outside the chart. A test compares every byte.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.helm import settings_schema
from deploy.helm.readme import readme

CHART = Path(__file__).parent / "newsfold"
MONITORING = Path(__file__).parent.parent / "monitoring"
COPIED = {"rules": "*.yaml", "dashboards": "*.json"}


def files() -> Mapping[str, str]:
    """Text by path inside the chart."""
    return {
        "README.md": readme(_read(CHART / "values.yaml")),
        "values.schema.json": _schema(),
        **{f"files/{path.relative_to(MONITORING)}": _read(path) for path in _sources()},
    }


def stale() -> list[str]:
    """Paths inside the chart that are not what they would be written as, or should not be there."""
    wanted = files()
    there = {str(path.relative_to(CHART)) for kind in COPIED for path in (CHART / "files" / kind).glob("*")}
    changed = (path for path, text in wanted.items() if not _is(CHART / path, text))
    return sorted({*changed, *(there - wanted.keys())})


def write() -> None:
    wanted = files()
    for path in stale():
        if path in wanted:
            (CHART / path).parent.mkdir(parents=True, exist_ok=True)
            (CHART / path).write_text(wanted[path], encoding="utf-8")
        else:
            (CHART / path).unlink()


def _sources() -> list[Path]:
    return [path for kind, names in COPIED.items() for path in sorted((MONITORING / kind).glob(names))]


def _schema() -> str:
    schema = json.loads(_read(CHART / "values.schema.json"))
    schema["definitions"]["config"] = settings_schema.schema()
    return json.dumps(schema, indent=2) + "\n"


def _is(path: Path, text: str) -> bool:
    return path.is_file() and _read(path) == text


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    write()
