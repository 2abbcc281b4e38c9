"""Writes rules, their tests, dashboards and routes: `python -m deploy.monitoring.build`.

What is written is checked in; `tests/deploy/test_monitoring.py` builds it again and compares bytes. Raises
`Unknown` for a name that the catalogue of metrics does not have, before anything is written.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.monitoring import routing
from deploy.monitoring.boards import DASHBOARDS
from deploy.monitoring.names import used
from deploy.monitoring.panel import dashboard_text
from deploy.monitoring.rule_files import GROUPS, RECORDED, rules, tests
from deploy.monitoring.yaml_text import yaml_text

HERE = Path(__file__).parent
RUNBOOK = "https://newsfold.example/deploy/runbook.md"
"""An address of this kind goes into every alert; give your own with `--runbook`."""
NOTE = "Written by `python -m deploy.monitoring.build`; change that instead."


def files(runbook: str = RUNBOOK) -> dict[str, str]:
    """Path below the folder, and text. Raises `Unknown`."""
    for expression in (*rule_expressions(), *dashboard_expressions(), *series()):
        used(expression, RECORDED)
    return {
        **{f"rules/{group.name}.yaml": yaml_text(rules(group, runbook), NOTE) for group in GROUPS},
        **{f"rules/tests/{group.name}.yaml": yaml_text(tests(group, runbook), NOTE) for group in GROUPS},
        **{f"dashboards/{one.name}.json": dashboard_text(one, runbook) for one in DASHBOARDS},
        "alertmanager.example.yaml": yaml_text(routing.alertmanager(), NOTE),
    }


def rule_expressions() -> Iterator[str]:
    for group in GROUPS:
        yield from (one.expr for one in group.records)
        yield from (one.expr for one in group.alerts)


def dashboard_expressions() -> Iterator[str]:
    for board in DASHBOARDS:
        yield from (query.expr for row in board.rows for panel in row.panels for query in panel.queries)


def series() -> Iterator[str]:
    """What the cases are made of: a case on misspelt series would prove nothing."""
    for group in GROUPS:
        for alert in group.alerts:
            for case in (alert.fires, alert.quiet):
                yield from case.series if case is not None else ()
        for sample in group.samples:
            yield from (sample.expr, *sample.series)


def write(folder: Path, built: Mapping[str, str]) -> None:
    """Files of an earlier build that are not built any more are removed."""
    for pattern in ("rules/*.yaml", "rules/tests/*.yaml", "dashboards/*.json"):
        for old in folder.glob(pattern):
            if str(old.relative_to(folder)) not in built:
                old.unlink()
    for name, text in built.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--to", type=Path, default=HERE, metavar="DIR", help="default: beside the checked-in")
    parser.add_argument("--runbook", default=RUNBOOK, metavar="URL", help="where your runbook is read")
    given = parser.parse_args()
    write(given.to, files(given.runbook))


if __name__ == "__main__":
    main()
