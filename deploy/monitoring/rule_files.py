"""Groups of alerts as files of rules, and as files of promtool tests beside them."""

import re
from collections.abc import Iterator
from typing import Any

from deploy.monitoring.alert import Alert, Case, Group, Sample
from deploy.monitoring.alerts import age, feeds, flow, loss, presence, spread, state

GROUPS: tuple[Group, ...] = (
    presence.GROUP,
    loss.GROUP,
    age.GROUP,
    flow.GROUP,
    feeds.GROUP,
    state.GROUP,
    spread.GROUP,
)
ALERTS: tuple[Alert, ...] = tuple(alert for group in GROUPS for alert in group.alerts)
RECORDED: tuple[str, ...] = tuple(one.name for group in GROUPS for one in group.records)


def rules(group: Group, runbook: str) -> dict[str, Any]:
    """A file of rules. `runbook`: address of the page that has a section for each alert."""
    recording = [{"record": one.name, "expr": _lines(one.expr)} for one in group.records]
    alerting = [_rule(alert, runbook) for alert in group.alerts]
    return {"groups": [{"name": f"newsfold-{group.name}", "rules": [*recording, *alerting]}]}


def _rule(alert: Alert, runbook: str) -> dict[str, Any]:
    return {
        "alert": alert.title,
        "expr": _lines(alert.expr),
        "for": alert.wait,
        "labels": {"severity": alert.severity},
        "annotations": {"description": alert.description, **_static(alert, runbook)},
    }


def _lines(expression: str) -> str:
    """A line for each part of a long expression."""
    return re.sub(r" (?=(?:and|or|unless) )", "\n", expression)


def _static(alert: Alert, runbook: str) -> dict[str, str]:
    return {"runbook_url": f"{runbook}#{alert.anchor}", "summary": alert.summary}


def tests(group: Group, runbook: str) -> dict[str, Any]:
    """The test of a file of rules: two cases an alert, and what is recorded."""
    cases = [case for alert in group.alerts for case in _cases(alert, runbook)]
    cases += [_sample(sample) for sample in group.samples]
    return {"rule_files": [f"../{group.name}.yaml"], "evaluation_interval": group.step, "tests": cases}


def _cases(alert: Alert, runbook: str) -> Iterator[dict[str, Any]]:
    told = [
        {
            "exp_labels": {"severity": alert.severity, **one.labels},
            "exp_annotations": {"description": one.text, **_static(alert, runbook)},
        }
        for one in alert.fires.told
    ]
    yield _case(f"{alert.title} fires", alert, alert.fires, told)
    if alert.quiet is not None:
        yield _case(f"{alert.title} stays quiet", alert, alert.quiet, [])


def _case(name: str, alert: Alert, case: Case, told: list[dict[str, Any]]) -> dict[str, Any]:
    expected = {"eval_time": case.at, "alertname": alert.title, "exp_alerts": told}
    return {"name": name, "interval": "1m", "input_series": _series(case), "alert_rule_test": [expected]}


def _sample(sample: Sample) -> dict[str, Any]:
    # Rounded by PromQL: what is recorded comes of divisions.
    expected = {
        "expr": f"round(sum({sample.expr}), 0.000001)",
        "eval_time": sample.at,
        "exp_samples": [{"labels": "{}", "value": sample.value}],
    }
    return {
        "name": sample.name,
        "interval": "1m",
        "input_series": _series(sample),
        "promql_expr_test": [expected],
    }


def _series(case: Case) -> list[dict[str, str]]:
    return [{"series": series, "values": values} for series, values in case.series.items()]
