"""Sorts more lines than memory should hold: sorted runs go to unnamed temporary files and are merged."""

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Self

RUN_BYTES = 64 << 20
Pair = tuple[bytes, bytes]


class SortedLines:
    """Takes (key, line) pairs in any order and gives them back by key, then by line.

    Neither may contain a line feed, and a key no NUL byte. At most `run_bytes` are held in memory.
    Use as a context manager.
    """

    def __init__(self, scratch: Path, run_bytes: int = RUN_BYTES) -> None:
        self._scratch = scratch
        self._run_bytes = run_bytes
        self._held: list[Pair] = []
        self._size = 0
        self._runs: list[IO[bytes]] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def add(self, key: bytes, line: bytes) -> None:
        self._held.append((key, line))
        self._size += len(key) + len(line)
        if self._size > self._run_bytes:
            self._spill()

    def pairs(self) -> Iterator[Pair]:
        """All (key, line) pairs in order. One reader at a time; what came by then may be read again."""
        self._held.sort()
        if not self._runs:
            return iter(self._held)
        runs: list[Iterable[Pair]] = [_read(run) for run in self._runs]
        return heapq.merge(*runs, self._held)

    def _spill(self) -> None:
        self._held.sort()
        run = self._files.enter_context(tempfile.TemporaryFile(dir=self._scratch))  # noqa: SIM115
        run.writelines(key + b"\0" + line + b"\n" for key, line in self._held)
        self._runs.append(run)
        self._held.clear()
        self._size = 0


def _read(run: IO[bytes]) -> Iterator[Pair]:
    run.seek(0)
    for row in run:
        key, _, line = row[:-1].partition(b"\0")
        yield key, line
