"""The chart as helm renders it, as plain objects."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from deploy.helm.build import CHART
from tests.deploy import manifests, tools

OLDEST = "1.29"
"""Of `kubeVersion` in Chart.yaml."""
VALUES = sorted((CHART / "ci").glob("*-values.yaml"))
REFUSED = sorted((CHART / "ci" / "refused").glob("*.yaml"))
LIMIT_S = 60

Object = dict[str, Any]


class Read(NamedTuple):
    """YAML documents, and what the schemas of Kubernetes say of them."""

    objects: Sequence[Object]
    wrong: Sequence[str]
    unknown: Sequence[str]


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tools.helm(), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )


def template(*values: Path, sets: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    files = (f"--values={path}" for path in values)
    return helm(
        "template", "river", str(CHART), "--namespace=news", *files, *(f"--set={one}" for one in sets)
    )


@cache
def rendered(values: Path | None = None, *sets: str) -> Sequence[Object]:
    """What a release named `river` in the namespace `news` is made of. Not to be changed: it is shared."""
    told = template(*([values] if values else []), sets=sets)
    assert told.returncode == 0, told.stderr
    return read(told.stdout).objects


def read(text: str, version: str | None = None) -> Read:
    """Objects of a YAML text, held against the API of `version` where one is given."""
    told = subprocess.run(
        [tools.manifest_reader(), str(Path(manifests.__file__)), *([version] if version else [])],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT_S,
    )
    return Read(**json.loads(told.stdout))


def of_kind(objects: Sequence[Object], kind: str) -> list[Object]:
    return [one for one in objects if one["kind"] == kind]


def component(one: Object) -> str:
    return str(one["metadata"]["labels"]["app.kubernetes.io/component"])


def pods(objects: Sequence[Object]) -> Iterator[Object]:
    """The pod templates, by whatever makes pods of them."""
    return (one["spec"]["template"] for one in objects if "template" in one.get("spec", {}))


def container(pod: Object) -> Object:
    (only,) = pod["spec"]["containers"]
    return dict(only)
