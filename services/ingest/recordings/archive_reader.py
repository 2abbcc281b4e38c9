"""A process that reads an archive beside the one that folds: lines in, encoded sightings out.

It writes batches to stdout, each a length (4 bytes, big-endian) and a msgpack list with a row a line, in
the order of the file, and ends behind the last, or when nobody reads them any more.

    python -m services.ingest.recordings.archive_reader PATH START END
"""

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from services.ingest import articles
from services.ingest.readings import BadReading, SightingReading
from services.ingest.recordings.archive_lines import lines_of, open_archive, read_line

AT_ONCE = 200
LENGTH = 4
NICE = 10
"""It reads ahead of those who are to work on it, and has what they leave of the processors."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What a line gave: one of the two."""

    sighting: SightingReading | None = None
    bad: BadReading | None = None

    @property
    def reading(self) -> SightingReading | BadReading:
        reading = self.sighting or self.bad
        assert reading is not None
        return reading


def row_of(line: bytes, origin: str) -> Row:
    reading = read_line(line, origin)
    return Row(bad=reading) if isinstance(reading, BadReading) else Row(articles.sighting_in(reading))


def rows(path: Path, start: int, end: int) -> Iterator[list[Row]]:
    """The rows of the lines from number `start` to `end`, a batch at a time."""
    with open_archive(path) as file:
        numbered = islice(enumerate(lines_of(file), 1), start, end)
        while batch := [
            row_of(line, f"{path.name} line {number}") for number, line in islice(numbered, AT_ONCE)
        ]:
            yield batch


def main() -> None:
    os.nice(NICE)
    path, start, end = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    encoder = msgspec.msgpack.Encoder()
    try:
        for batch in rows(path, start, end):
            frame = encoder.encode(batch)
            sys.stdout.buffer.write(len(frame).to_bytes(LENGTH, "big") + frame)
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever asked has what it wants, or was killed
        os._exit(0)


if __name__ == "__main__":
    main()
