"""The part of the chart's schema that speaks of Newsfold's own settings, taken from the settings themselves.

Promise: what `newsfold` would refuse at its start, `helm template` refuses before anything is installed.
"""

from typing import Any

import msgspec
from msgspec.structs import fields

from services.ops.config import Settings
from services.ops.secret import Secret

THE_CHARTS_OWN = frozenset(
    {
        "bus.url",
        "bus.prefix",
        "bus.state_dir",
        "bus.instance",
        "ops.listen",
        "ops.expose",
        "ops.heartbeat_file",
    }
)
"""Keys that other values decide."""
ELSEWHERE = frozenset({"kafka", "replay"})
"""Sections: the one has values of its own, the other is for recordings."""


def schema() -> dict[str, Any]:
    """JSON Schema, draft 7, of the value `config`."""
    sections = {
        section.name: _section(section.name, section.type)
        for section in fields(Settings)
        if section.name not in ELSEWHERE
    }
    return _closed(sections)


def _section(name: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    keys = {
        field.name: _bare(msgspec.json.schema(field.type))
        for field in fields(kind)
        if field.type is not Secret and f"{name}.{field.name}" not in THE_CHARTS_OWN
    }
    return _closed(keys)


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema or "$defs" in schema:
        raise TypeError(f"a setting that is a struct of its own: {schema}; teach this module to nest them")
    return schema
