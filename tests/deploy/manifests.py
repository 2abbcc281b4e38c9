"""Runs in the Python of `tools.manifest_reader`, not in ours: YAML on stdin to JSON on stdout.

`manifests.py` gives the objects. `manifests.py VERSION` holds each against the schemas of that version of
Kubernetes too. The answer is `{"objects": [...], "wrong": ["Kind/name: what"], "unknown": ["Kind/name"]}`;
unknown are kinds that Kubernetes itself does not have.
"""

import importlib
import json
import sys
from typing import Any


def main(version: str | None) -> None:
    yaml = importlib.import_module("yaml")
    objects = [one for one in yaml.safe_load_all(sys.stdin) if one is not None]
    wrong: list[str] = []
    unknown: list[str] = []
    for one in objects if version else []:
        _hold(one, str(version), wrong, unknown)
    json.dump({"objects": objects, "wrong": wrong, "unknown": unknown}, sys.stdout)


def _hold(one: dict[str, Any], version: str, wrong: list[str], unknown: list[str]) -> None:
    schemas = importlib.import_module("kubernetes_validate")
    name = f"{one['kind']}/{one['metadata']['name']}"
    try:
        schemas.validate(one, version, strict=True)
    except schemas.SchemaNotFoundError:
        unknown.append(name)
    except schemas.ValidationError as error:
        wrong.append(f"{name}: {error.message}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
