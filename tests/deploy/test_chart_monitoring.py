"""What the chart gives to Prometheus, Grafana and KEDA, by structure: none of their operators runs here."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.helm.build import MONITORING
from deploy.monitoring.build import RUNBOOK
from services.contracts.topics import SHARD_COUNT
from services.ops.metrics import METRICS, PREFIX
from tests.deploy import chart, tools
from tests.deploy.chart import Object
from tests.deploy.session import needs

pytestmark = pytest.mark.timeout(tools.BUILD_S + 60)
LEAST_STEADY_S = 600


@pytest.fixture
def objects() -> Sequence[Object]:
    needs(tools.helm, tools.manifest_reader)
    (newsroom,) = (path for path in chart.VALUES if path.stem == "newsroom-values")
    return chart.rendered(newsroom)


def test_rendered_rules_are_the_ones_that_were_tested(objects: Sequence[Object], tmp_path: Path) -> None:
    needs(tools.promtool)
    rules = chart.of_kind(objects, "PrometheusRule")
    sources = sorted((MONITORING / "rules").glob("*.yaml"))
    assert len(rules) == len(sources) > 0
    groups = [group for path in sources for group in chart.read(path.read_text()).objects[0]["groups"]]
    assert [group for one in rules for group in one["spec"]["groups"]] == groups
    counted = 0
    for one in rules:
        file = tmp_path / f"{one['metadata']['name']}.yaml"
        file.write_text(json.dumps(one["spec"]))
        told = subprocess.run(
            [tools.promtool(), "check", "rules", "--lint-fatal", str(file)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        counted += sum(map(int, re.findall(r"SUCCESS: (\d+) rules found", told.stdout)))
    assert counted == sum(len(group["rules"]) for group in groups) > 0


def test_dashboards_arrive_byte_for_byte(objects: Sequence[Object]) -> None:
    sources = {path.name: path.read_text() for path in (MONITORING / "dashboards").glob("*.json")}
    found = {
        name.removeprefix("newsfold-"): text
        for one in chart.of_kind(objects, "ConfigMap")
        for name, text in one["data"].items()
        if "grafana_dashboard" in one["metadata"]["labels"]
    }
    assert found == sources
    assert found


def test_every_alert_and_panel_leads_to_our_own_runbook() -> None:
    needs(tools.helm)
    (newsroom,) = (path for path in chart.VALUES if path.stem == "newsroom-values")
    as_shipped = chart.template(newsroom).stdout
    ours = chart.template(newsroom, sets=["monitoring.runbook=https://wiki.example/news"]).stdout
    assert as_shipped.count(RUNBOOK) == ours.count("https://wiki.example/news") > 0
    assert RUNBOOK not in ours


def test_monitors_and_rules_carry_the_labels_by_which_they_are_picked(objects: Sequence[Object]) -> None:
    for kind in ("ServiceMonitor", "PrometheusRule"):
        for one in chart.of_kind(objects, kind):
            assert one["metadata"]["labels"]["release"] == "kube-prometheus-stack"


def test_the_monitor_finds_the_service_and_leaves_our_labels_alone(objects: Sequence[Object]) -> None:
    (monitor,) = chart.of_kind(objects, "ServiceMonitor")
    (service,) = chart.of_kind(objects, "Service")
    (endpoint,) = monitor["spec"]["endpoints"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert {"action": "labeldrop", "regex": "service"} in endpoint["relabelings"]
    job = {"targetLabel": "job", "replacement": "newsfold"}
    assert job in endpoint["relabelings"]  # alerts look for it
    ours = {label for row in METRICS for label in row.labels}
    given = {"namespace", "service", "pod", "container", "endpoint", "job", "instance"}
    assert ours & given == {"service"}


def test_the_service_counts_every_pod_ready_or_not(objects: Sequence[Object]) -> None:
    (service,) = chart.of_kind(objects, "Service")
    assert service["spec"]["publishNotReadyAddresses"] is True
    assert service["spec"]["clusterIP"] == "None"
    for one in chart.of_kind(objects, "Deployment"):
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()


def test_scaling_goes_by_our_own_lag_in_steps_that_last(objects: Sequence[Object]) -> None:
    scaled = chart.of_kind(objects, "ScaledObject")
    assert {chart.component(one) for one in scaled} == {"dedup", "enrich"}
    deployments = {one["metadata"]["name"] for one in chart.of_kind(objects, "Deployment")}
    lag = {row.name: row for row in METRICS}["partition_lag_seconds"]
    for one in scaled:
        spec = one["spec"]
        (trigger,) = spec["triggers"]
        down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        assert spec["scaleTargetRef"]["name"] in deployments
        assert spec["minReplicaCount"] == 1
        assert (
            spec["minReplicaCount"] <= spec["fallback"]["replicas"] <= spec["maxReplicaCount"] <= SHARD_COUNT
        )
        assert down["stabilizationWindowSeconds"] >= LEAST_STEADY_S
        assert trigger["type"] == "prometheus"
        service = chart.component(one)
        assert (
            trigger["metadata"]["query"] == f'max({PREFIX}{lag.name}{{service="{service}",namespace="news"}})'
        )
        assert service in {values[lag.labels.index("service")] for values in lag.allowed}
        assert all(isinstance(value, str) for value in trigger["metadata"].values())  # KEDA takes text alone
