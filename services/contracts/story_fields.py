"""The fields of story records as tables, for `docs/stories.md`: `python -m services.contracts.story_fields`.

What stands between the marks of the page is made from the structs; all else on it is written by hand.
"""

import sys
import typing
from pathlib import Path

import msgspec

from services.contracts.facts import Figure, FigureLine, FigurePoint, Name, Quote
from services.contracts.schemas import DOCS, description
from services.contracts.stories import (
    Edit,
    Origin,
    Pickup,
    Provenance,
    Story,
    StoryChange,
    StoryMember,
    StoryState,
    Update,
)

PAGE = DOCS / "stories.md"
BEGIN, END = "<!-- fields: made from the structs -->", "<!-- /fields -->"
KINDS = (
    Story, StoryMember, Origin, Provenance, Pickup, StoryState, Name, FigureLine, FigurePoint, Figure, Quote,
    StoryChange, Update, Edit,
)  # fmt: skip


def tables() -> str:
    return "\n".join(_table(kind) for kind in KINDS)


def page(written: str) -> str:
    """The page with the tables of today. Raises `ValueError` where it has no marks."""
    head, begin, rest = written.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


def _table(kind: type[msgspec.Struct]) -> str:
    told, types = description(kind), typing.get_type_hints(kind)
    about = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    rows = [
        f"| `{field.name}` | {_type(types[field.name])} | {_words(told.get(field.name, ''))} |"
        for field in msgspec.structs.fields(kind)
    ]
    head = (
        f"### {kind.__name__}\n\n{about}\n\n"
        if not about.startswith(kind.__name__)
        else f"### {kind.__name__}\n\n"
    )
    return head + "| field | type | what it says |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _type(kind: object) -> str:
    """As a reader of JSON would say it."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return ", ".join(f"`{part}`" if part else "empty" for part in parts)
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    if parts:
        return " or ".join("null" if part is type(None) else _type(part) for part in parts)
    name = getattr(kind, "__name__", str(kind))
    return {"str": "text", "int": "number", "float": "number", "bool": "true, false", "datetime": "time"}.get(
        name, name
    )


def _words(told: str) -> str:
    return " ".join(told.split()).replace("|", "\\|")


def write(path: Path) -> None:
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
