"""Fields of one record in two exports: those that both exports have, each that differs."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]
DIGESTED = frozenset({"text"})
"""Of these only a digest is kept."""


def field_differences(one: Row, other: Row, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Name and change. A field that a row leaves out is at its default."""
    for field in sorted(fields):
        if one.get(field) != other.get(field):
            yield field, "" if field in DIGESTED else change(one.get(field), other.get(field))


def change(one: object, other: object) -> str:
    """Of lists of records only their lengths: passages are many."""
    return f"{_in_words(one)} → {_in_words(other)}" if _in_words(one) != _in_words(other) else "others"


def _in_words(value: object) -> str:
    if isinstance(value, list):
        plain = all(isinstance(part, str) for part in value)
        return (", ".join(value) if plain else str(len(value))) or "none"
    return "none" if value in (None, "") else str(value)
