"""JSON Schemas and the AsyncAPI 3 document, made from the structs: `python -m services.contracts.schemas`.

The files are checked in for readers in other languages; a test compares them with what the structs
say. Equal structs give equal bytes. https://www.asyncapi.com/docs/reference/specification/v3.0.0,
https://github.com/asyncapi/bindings/tree/master/kafka (0.5.0).
"""

import ast
import inspect
import json
import sys
import typing
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from services.contracts import wire
from services.contracts.topics import DEFAULT_PREFIX, SPREAD, WITH_SPREAD, Topic

Json = dict[str, Any]
Struct = type[msgspec.Struct]

DOCS = Path(__file__).parents[2] / "docs"
KINDS: tuple[Struct, ...] = tuple(dict.fromkeys(kind for topic in WITH_SPREAD for kind in topic.types))
_BINDING = "0.5.0"
_PLACES = {
    "key": "Records go to the partition that their key hashes to.",
    "shard": "A partition is a shard: all articles, or those of a language group.",
    "origin": "Records stay in the partition number of the input they came from.",
}
_ONLY_SPREAD = " Internal, and there only where dedup is spread."


def files() -> dict[str, bytes]:
    """Path below `docs/` to content."""
    made = {f"schemas/{kind.__name__}.json": _bytes(json_schema(kind)) for kind in KINDS}
    return made | {"asyncapi.json": _bytes(asyncapi())}


def json_schema(kind: Struct) -> Json:
    """JSON Schema 2020-12 of a record's value."""
    made = msgspec.json.schema(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{wire.ce_type(kind).replace('.', ':')}",
        "$ref": made["$ref"],
        "$defs": _explained(made["$defs"]),
    }


def asyncapi() -> Json:
    _, schemas = msgspec.json.schema_components(KINDS, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Newsfold",
            "version": "1",
            "description": "Feeds in, stories out. Values are JSON unless a message says otherwise; "
            "headers CloudEvents 1.0 in binary mode; a null value is a tombstone. Times are UTC.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in WITH_SPREAD},
        "operations": dict(operation for topic in WITH_SPREAD for operation in _operations(topic)),
        "components": {"schemas": _explained(schemas)},
    }


def _channel(topic: Topic) -> Json:
    address = DEFAULT_PREFIX + topic.name
    policy = [name for name, holds in (("compact", topic.compact), ("delete", _ages(topic))) if holds]
    return {
        "address": address,
        "title": topic.name,
        "summary": topic.about,
        "description": f"Key: {topic.key}. {_PLACES[topic.by]}{_ONLY_SPREAD if topic in SPREAD else ''}",
        "messages": {kind.__name__: _message(kind, topic) for kind in topic.types}
        or {"DeadLetter": _AS_IT_CAME},
        "bindings": {
            "kafka": {
                "topic": address,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": policy,
                    "retention.ms": -1 if topic.retention_s is None else topic.retention_s * 1_000,
                },
                "bindingVersion": _BINDING,
            }
        },
    }


def _ages(topic: Topic) -> bool:
    return topic.retention_s is not None or not topic.compact


_AS_IT_CAME = {
    "name": "DeadLetter",
    "summary": "Input that could not be used, byte for byte; its headers say where it came from and why.",
    "contentType": "application/octet-stream",
}


def _message(kind: Struct, topic: Topic) -> Json:
    name = wire.ce_type(kind)
    attributes: Json = {
        "ce_specversion": {"const": "1.0"},
        "ce_type": {"const": name},
        "ce_source": {"type": "string", "examples": [f"/newsfold/{topic.writer}"]},
        "ce_id": {"type": "string", "description": "Equal for a repeated record."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"const": wire.content_type(kind)},
    }
    return {
        "name": name,
        "title": kind.__name__,
        "summary": inspect.getdoc(kind),
        "headers": {"type": "object", "properties": attributes, "required": list(attributes)},
        **({"contentType": wire.content_type(kind)} if kind in wire.PACKED else {}),
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": _BINDING}
        },
    }


def _operations(topic: Topic) -> Iterator[tuple[str, Json]]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    for writer in (topic.writer, *topic.also):
        yield f"{writer}.send.{topic.name}", {"action": "send", "channel": channel}
    for reader in topic.readers:
        yield f"{reader}.receive.{topic.name}", {"action": "receive", "channel": channel}


def _explained(schemas: Mapping[str, Json]) -> dict[str, Json]:
    """Schemas by name, with what the structs say of their fields and msgspec leaves out."""
    structs = {kind.__name__: kind for kind in _structs(msgspec.Struct)}
    return {name: _with_fields(schemas[name], structs[name]) for name in sorted(schemas)}


def _structs(base: Struct) -> Iterator[Struct]:
    for kind in base.__subclasses__():
        if kind.__module__.startswith(__package__):
            yield kind


def _with_fields(schema: Json, kind: Struct) -> Json:
    made = {**schema, "description": inspect.getdoc(kind)}
    names = kind.__struct_encode_fields__
    shown = schema["properties"].values() if "properties" in schema else schema["prefixItems"]
    said, types = description(kind), typing.get_type_hints(kind)
    fields = [
        _field(name, field, types[name], said.get(name)) for name, field in zip(names, shown, strict=True)
    ]
    if "properties" in schema:
        return made | {"properties": dict(zip(names, fields, strict=True))}
    return made | {"prefixItems": fields}


def _field(name: str, schema: Json, kind: object, said: str | None) -> Json:
    if name == "schema_version":
        return {"const": 1}
    if kind is datetime:
        schema = {**schema, "format": "date-time"}
    elif kind == datetime | None:
        schema = {**schema, "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
    return {**schema, "description": said} if said else schema


def description(kind: Struct) -> dict[str, str]:
    """The strings below the fields of a struct's source: `ast` sees them, the running class does not."""
    (body,) = (
        node.body for node in ast.parse(inspect.getsource(kind)).body if isinstance(node, ast.ClassDef)
    )
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _bytes(document: Json) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def write(folder: Path) -> None:
    """Write all files below `folder`."""
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
