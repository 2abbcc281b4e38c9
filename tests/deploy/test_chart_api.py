"""Every rendered object against the schemas of Kubernetes' API, strictly, and counted: none passes unseen."""

from pathlib import Path

import pytest

from deploy.helm.build import CHART
from tests.deploy import chart, tools
from tests.deploy.session import needs

pytestmark = pytest.mark.timeout(tools.BUILD_S + 60)
FOREIGN = {"ServiceMonitor", "PrometheusRule", "ScaledObject"}
"""Kinds of operators: their schemas are not Kubernetes' own."""


@pytest.mark.parametrize("version", [chart.OLDEST, tools.KUBERNETES])
@pytest.mark.parametrize("values", [None, *chart.VALUES], ids=lambda path: path.stem if path else "defaults")
def test_the_api_knows_every_field(values: Path | None, version: str) -> None:
    needs(tools.helm, tools.manifest_reader)
    told = chart.template(*([values] if values else []))
    found = chart.read(told.stdout, version)
    assert found.wrong == []
    assert {name.partition("/")[0] for name in found.unknown} <= FOREIGN
    assert len(found.objects) == told.stdout.count("\nkind: ") > 0
    native = [one for one in found.objects if one["kind"] not in FOREIGN]
    assert len(native) == len(found.objects) - len(found.unknown) > 0


def test_a_misspelt_field_is_noticed() -> None:
    needs(tools.helm, tools.manifest_reader)
    told = chart.template(next(path for path in chart.VALUES if path.stem == "kafka-values"))
    misspelt = told.stdout.replace("maxUnavailable: 1\n  unhealthy", "maxUnavailible: 1\n  unhealthy")
    found = chart.read(misspelt, tools.KUBERNETES)
    assert len(found.wrong) == 3
    assert all("maxUnavailible" in one for one in found.wrong)


def test_the_least_kubernetes_is_the_one_that_was_tried() -> None:
    assert f'kubeVersion: ">={chart.OLDEST}.0-0"' in (CHART / "Chart.yaml").read_text()
