"""An article archive as a source: one JSON object a line, in the order of the file.

What a line may hold is told in `archive_lines`. Many lines are read in a process beside this one, which
has other work; few are not worth its start.
"""

import asyncio
import gzip
import logging
import zlib
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from services.ingest.readings import BadReading, Reading, Skipped
from services.ingest.recordings.archive_lines import lines_of, open_archive, read_line, seen_at
from services.ingest.recordings.archive_process import ArchiveProcess
from services.ingest.recordings.source import OUTSIDE, WHOLE, Item, TimeFrame, digest_of, quiet_times
from services.ingest.text.dates import EPOCH

logger = logging.getLogger(__name__)
READ_AT_ONCE = 200
FEW = 1_000
"""Lines that are read here."""
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)


class Archive:
    """Source over a `.jsonl` or `.jsonl.gz` file."""

    def __init__(self, path: Path, *, beside: bool = False, frame: TimeFrame = WHOLE) -> None:
        """`beside`: in a process of its own, if it has many lines."""
        self.path = path
        self._frame = frame
        self._beside = beside
        self.id = ""
        self.damage = ""
        self._times: list[datetime] = []
        self._quiet: list[datetime] = []

    async def open(self) -> None:
        if not self.id:
            await asyncio.to_thread(self._look_through)
            self.id = self._frame.id_of(await asyncio.to_thread(digest_of, self.path))

    @property
    def total(self) -> int:
        return len(self._times) + bool(self.damage)

    def _look_through(self) -> None:
        self._times, at = [], EPOCH
        with open_archive(self.path) as file:
            try:
                for line in lines_of(file):
                    at = seen_at(line) or at
                    self._times.append(at)
            except _DAMAGE as error:
                self.damage = f"{self.path.name}: cut off or damaged after line {len(self._times)}: {error}"
        self._quiet = quiet_times([self._frame.clamped(at) for at in self._times])

    def quiet_until(self, position: int) -> datetime | None:
        return self._quiet[min(position, len(self._quiet) - 1)] if self._quiet else None

    async def batches(self, start: int) -> AsyncGenerator[list[Item], None]:
        if self._beside and len(self._times) - start > FEW:
            async for batch in self._read_beside(start):
                start += len(batch)
                yield batch
            if start < len(self._times):
                logger.warning("%s: its reader ended at line %d; reading it here", self.path.name, start)
        async for batch in self._read(start):
            yield batch
        if self.damage and start < self.total:
            bad = BadReading(reason="damaged-file", detail=self.damage, origin=self.path.name)
            yield [Item(self.quiet_until(self.total) or EPOCH, bad)]

    async def _read_beside(self, start: int) -> AsyncGenerator[list[Item], None]:
        with ArchiveProcess(self.path, start, len(self._times)) as process:
            while readings := await asyncio.to_thread(process.batch):
                yield [self._item(number, one) for number, one in enumerate(readings, start)]
                start += len(readings)

    async def _read(self, start: int) -> AsyncGenerator[list[Item], None]:
        with await asyncio.to_thread(open_archive, self.path) as file:
            lines = islice(enumerate(lines_of(file)), start, len(self._times))
            while batch := await asyncio.to_thread(self._items, lines):
                yield batch

    def _items(self, lines: Iterator[tuple[int, bytes]]) -> list[Item]:
        return [
            self._item(number, read_line(line, f"{self.path.name} line {number + 1}"))
            for number, line in islice(lines, READ_AT_ONCE)
        ]

    def _item(self, number: int, reading: Reading) -> Item:
        at = self._times[number]
        if self._frame.holds(at):
            return Item(at, reading)
        return Item(self._frame.clamped(at), Skipped(kind=OUTSIDE))
