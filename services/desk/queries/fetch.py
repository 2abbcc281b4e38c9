"""Many rows in one step of SQLite.

The interpreter is given up before each step and waited for behind it, which thousands of steps of a
microsecond do not bear while another thread writes.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from services.desk.decoders import decoder_of
from services.desk.store import bodies

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class Packed(NamedTuple):
    number: int
    body: str
    """In hex."""


def marks(count: int) -> str:
    """Of that many bound values."""
    return ", ".join("?" * count)


def fetch(
    db: sqlite3.Connection,
    kind: type[T],
    columns: str,
    source: str,
    values: Sequence[Any] | Mapping[str, Any] = (),
) -> list[T]:
    """What `select {columns} {source}` tells, in its order; `kind`: a named tuple with a field a column.

    They travel as JSON: bytes are to be asked for by `hex`, and of a fraction fifteen digits arrive.
    """
    rows = f"select json_array({columns}) as line {source}"
    (told,) = db.execute(
        f"select '[' || coalesce(group_concat(line), '') || ']' from ({rows})", values
    ).fetchone()
    return cast(list[T], decoder_of(list[kind]).decode(told))  # type: ignore[valid-type]


def fetch_bodies(db: sqlite3.Connection, kind: type[S], table: str, numbers: Sequence[int]) -> dict[int, S]:
    """What lies packed in a table, by number, of those that are there."""
    rows = fetch(db, Packed, "id, hex(body)", f"from {table} where id in ({marks(len(numbers))})", numbers)
    return {row.number: bodies.unpack(kind, bytes.fromhex(row.body)) for row in rows}
