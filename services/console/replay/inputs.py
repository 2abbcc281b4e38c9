"""The recordings a replay is given: refused by name before anything is started."""

from collections.abc import Sequence
from pathlib import Path

from services.ops.exits import Exit, Stop

SUFFIXES = (".warc", ".warc.gz", ".jsonl", ".jsonl.gz")


def checked(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The paths, each an existing, readable, non-empty file of a known kind. Raises `Stop` (usage)."""
    for path in paths:
        reason = _refusal(path)
        if reason:
            raise Stop(Exit.USAGE, f"{path}: {reason}")
    return tuple(paths)


def _refusal(path: Path) -> str:
    try:
        if path.is_dir():
            return "is a directory; name the recordings in it"
        if not path.name.endswith(SUFFIXES):
            return f"unknown kind of recording; known: {', '.join(SUFFIXES)}"
        with path.open("rb") as file:
            return "" if file.read(1) else "is empty"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
