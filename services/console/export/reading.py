"""The files of an export, read back: what is missing or no line of one is told in one line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from services.ingest.text.charset import utf8_fault
from services.ops.exits import Exit, Stop

T = TypeVar("T")
NEEDED = ("articles.jsonl", "relations.jsonl", "screened.jsonl", "stories.jsonl")


def refuse_incomplete(out: Path) -> None:
    """Raises `Stop` (usage) where `out` is no directory of an export."""
    if out.is_file():
        raise Stop(Exit.USAGE, f"{out}: is a file; name the --out directory of a replay")
    for name in NEEDED:
        if not (out / name).is_file():
            raise Stop(Exit.USAGE, f"{out}: no {name} in it; name the --out directory of a replay")


def read_lines(path: Path, take: Callable[[bytes], T]) -> Iterator[T]:
    """What `take` makes of each line. Raises `Stop` (usage) with file and line where it cannot."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield _taken(take, line.rstrip(b"\n"), f"{path} line {number}")
    except OSError as error:
        raise Stop(Exit.USAGE, f"{path}: cannot be read: {error.strerror or error}") from None


def _taken(take: Callable[[bytes], T], line: bytes, place: str) -> T:
    try:
        return take(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        why = utf8_fault(line) or str(error)
        raise Stop(Exit.USAGE, f"{place}: no line of an export: {why}") from None
