"""The chart renders what its values say, and refuses what could not run."""

import re
import shutil
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from deploy.helm import build, readme
from services import cli
from services.contracts.topics import EVERY, FEED_PARTITIONS, ROLES, SHARD_COUNT
from tests.deploy import chart, tools
from tests.deploy.session import needs

pytestmark = pytest.mark.timeout(tools.BUILD_S + 60)
VERSION = f"--kube-version={tools.KUBERNETES}.0"
CHART_YAML = (build.CHART / "Chart.yaml").read_text()
SCHEMA = msgspec.json.decode((build.CHART / "values.schema.json").read_bytes())

SERVICES = Counter(
    Deployment=3, PodDisruptionBudget=3, NetworkPolicy=4, Job=1, ConfigMap=1, Service=1, ServiceAccount=1
)
KINDS = {
    "embedded": Counter(StatefulSet=1, NetworkPolicy=1, ConfigMap=2, Service=1, ServiceAccount=1),
    "kafka": SERVICES,
    "newsroom": SERVICES
    + Counter(
        ServiceMonitor=1,
        ScaledObject=2,
        Deployment=1,  # the Desk
        NetworkPolicy=1,
        PrometheusRule=len(list((build.MONITORING / "rules").glob("*.yaml"))),
        ConfigMap=len(list((build.MONITORING / "dashboards").glob("*.json"))),
    ),
    "spread": SERVICES + Counter(Deployment=4, PodDisruptionBudget=4, NetworkPolicy=4),
    "trusted": SERVICES - Counter(ServiceAccount=1),
    "token": Counter(Deployment=3, ConfigMap=1, Service=1),
}


def test_what_the_chart_takes_from_elsewhere_is_as_it_is_there() -> None:
    assert build.stale() == [], "python -m deploy.helm.build"


def test_the_chart_names_the_version_of_the_package_as_its_image() -> None:
    assert f'appVersion: "{version("newsfold")}"' in CHART_YAML


def test_no_service_may_have_more_pods_than_partitions() -> None:
    services = SCHEMA["properties"]["services"]["properties"]
    most = {name: one["properties"]["replicas"]["maximum"] for name, one in services.items()}
    taken = dict(zip(ROLES, ("articles", "spans", "keys", "pairs"), strict=True))
    assert most == {"ingest": FEED_PARTITIONS, "dedup": SHARD_COUNT, "enrich": SHARD_COUNT} | {
        role: EVERY[topic].partitions for role, topic in taken.items()
    }
    assert SCHEMA["definitions"]["autoscaling"]["properties"]["maxReplicas"]["maximum"] == SHARD_COUNT


def test_the_readme_lists_every_default_with_what_is_said_of_it() -> None:
    text = "# Why.\nfirst:\n  # What it\n  # does.\n  second: 3\n  third: []\nfourth: ''\n"
    assert [tuple(one) for one in readme.described(text)] == [
        ("first", "", "Why."),
        ("first.second", "3", "What it does."),
        ("first.third", "[]", ""),
        ("fourth", "''", ""),
    ]


def test_every_value_has_its_place_in_the_schema_and_the_other_way_round() -> None:
    needs(tools.manifest_reader)
    (values,) = chart.read((build.CHART / "values.yaml").read_text()).objects
    properties = {**SCHEMA["properties"]}
    assert properties.keys() - values.keys() == {"global", "enabled"}
    assert _unmatched(values, properties) == []


@pytest.mark.parametrize("values", chart.VALUES, ids=lambda path: path.stem)
def test_lint_has_nothing_to_say_to(values: Path) -> None:
    needs(tools.helm)
    told = chart.helm("lint", "--strict", str(build.CHART), VERSION, f"--values={values}")
    assert (told.returncode, "1 chart(s) linted, 0 chart(s) failed" in told.stdout) == (0, True), told.stdout


@pytest.mark.parametrize("values", chart.VALUES, ids=lambda path: path.stem)
def test_the_objects_of_each_example_are_counted(values: Path) -> None:
    needs(tools.helm, tools.manifest_reader)
    kinds = Counter(one["kind"] for one in chart.rendered(values))
    assert kinds == KINDS[values.stem.removesuffix("-values")]


def test_defaults_alone_render() -> None:
    needs(tools.helm, tools.manifest_reader)
    assert Counter(one["kind"] for one in chart.rendered()) == KINDS["embedded"] - Counter(ConfigMap=1)


@pytest.mark.parametrize("values", chart.REFUSED, ids=lambda path: path.stem)
def test_wrong_values_are_refused_with_the_place_and_the_reason(values: Path) -> None:
    needs(tools.helm)
    says = values.read_text().splitlines()[0].removeprefix("# says: ")
    told = chart.template(values)
    assert told.returncode != 0
    assert told.stdout == ""
    assert says in told.stderr


@pytest.mark.parametrize("values", chart.VALUES, ids=lambda path: path.stem)
def test_the_notes_tell_commands_for_objects_that_are_there(values: Path, tmp_path: Path) -> None:
    needs(tools.helm, tools.manifest_reader)
    notes = _notes(values, tmp_path / "newsfold")
    names = {one["metadata"]["name"] for one in chart.rendered(values)}
    words = [word.partition("/") for word in notes.split()]
    named = {name for kind, _, name in words if kind in ("deploy", "statefulset", "job")}
    assert "newsfold tail stories" in notes
    assert named
    assert named <= names
    for words in re.findall(r"newsfold ((?:[a-z]+ ?)+)", notes.partition("1. Wait")[2]):
        _is_a_command(words.split())


def _is_a_command(words: list[str]) -> None:
    command: click.Command = cli.main
    for word in words:
        if isinstance(command, click.Group):
            assert word in command.commands, " ".join(words)
            command = command.commands[word]


def _notes(values: Path, copy: Path) -> str:
    """Rendered as an object of a copy of the chart, because helm shows notes to a cluster alone."""
    shutil.copytree(build.CHART, copy)
    (copy / "templates" / "NOTES.txt").rename(copy / "templates" / "_notes.tpl")
    text = (copy / "templates" / "_notes.tpl").read_text()
    (copy / "templates" / "_notes.tpl").write_text(f'{{{{- define "notes" -}}}}{text}{{{{- end -}}}}')
    (copy / "templates" / "notes.yaml").write_text(
        'kind: Notes\nmetadata: {name: notes}\ntext: {{ include "notes" . | toJson }}\n'
    )
    told = chart.helm("template", "river", str(copy), "--namespace=news", VERSION, f"--values={values}")
    (notes,) = chart.of_kind(chart.read(told.stdout).objects, "Notes")
    return str(notes["text"])


def _unmatched(values: dict[str, Any], properties: dict[str, Any], path: str = "") -> list[str]:
    """Defaults without a property, where the schema is closed."""
    wrong = []
    for key, value in values.items():
        schema = _resolved(properties.get(key, {}))
        if key not in properties:
            wrong.append(f"{path}{key}")
        elif isinstance(value, dict) and "properties" in schema:
            assert schema["additionalProperties"] is False, f"{path}{key} is open"
            wrong += _unmatched(value, schema["properties"], f"{path}{key}.")
    return wrong


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
    return found
