"""Plain data as YAML that a person likes to read: texts quoted, long ones as blocks, keys in given order.

Only what rules and routes are made of: mappings, sequences, texts, whole numbers, truth values.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WORDS = frozenset("true false yes no on off null y n".split())
"""Texts only in quotes."""


def yaml_text(data: Mapping[str, Any], note: str) -> str:
    """A document, with `note` as a comment above."""
    return "\n".join([f"# {note}", *_mapping(data), ""])


def _mapping(data: Mapping[str, Any]) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{_key(key)}:", value)


def _entry(head: str, value: Any) -> Iterator[str]:
    """`head value` where it fits on the line, else below it and indented."""
    if isinstance(value, str) and "\n" in value:
        yield f"{head} |-"
        yield from (f"  {line}" for line in value.split("\n"))
    elif isinstance(value, Mapping) and value:
        yield head
        yield from (f"  {line}" for line in _mapping(value))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield head
        yield from (f"  {line}" for one in value for line in _item(one))
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        first, *rest = _mapping(value)
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)
    else:
        yield f"- {_scalar(value)}"


def _key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


def _scalar(value: Any) -> str:
    """JSON's scalars and empty containers are YAML's; plain words need no quotes."""
    if not isinstance(value, str):
        return json.dumps(value)
    if value.isidentifier() and value.lower() not in _WORDS:
        return value
    # Most texts with double quotes are PromQL, which is easier to read without backslashes.
    return f"'{value}'" if '"' in value and "'" not in value else json.dumps(value, ensure_ascii=False)
