"""Files on their way: each appears under its name only when all of them are complete."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from pathlib import Path

from services.console.export.sorted_lines import Pair

AT_ONCE = 128
"""Lines that are written together."""


class Partials:
    """The files of those names in one directory."""

    def __init__(self, out: Path, names: Collection[str]) -> None:
        self._out = out
        self._names = names

    def write(self, files: Mapping[str, Iterator[Pair]]) -> None:
        """Some of them. Raises `OSError`."""
        for name, pairs in files.items():
            _write_lines(self._path(name), pairs)

    def complete(self) -> None:
        """All of them are written."""
        for name in self._names:
            self._path(name).replace(self._out / name)

    def discard(self) -> None:
        """On a full disk the room is worth more than half an export."""
        for name in self._names:
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._out / f".{name}.partial"


def _write_lines(path: Path, pairs: Iterator[Pair]) -> None:
    with path.open("wb") as file:
        while block := [line for _, line in islice(pairs, AT_ONCE)]:
            block.append(b"")
            file.write(b"\n".join(block))
