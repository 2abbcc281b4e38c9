"""What a replay reads: a finished file of things seen, in an order that never changes."""

from collections.abc import AsyncGenerator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

from services.ingest.readings import Reading
from services.ingest.text.dates import EPOCH, MICROSECOND

LAST_YEAR = 2999


class Item(NamedTuple):
    at: datetime
    """When it was seen."""
    reading: Reading


class TimeFrame(NamedTuple):
    """What of a file is played. Items outside are counted, and nothing else."""

    begin: datetime | None = None
    end: datetime | None = None
    """Both within it; None: no bound."""

    def holds(self, at: datetime) -> bool:
        return self.clamped(at) == at

    def clamped(self, at: datetime) -> datetime:
        """The moment within the frame that is nearest."""
        at = max(at, self.begin or at)
        return min(at, self.end or at)

    def id_of(self, file: str) -> str:
        """The id of what is played of a file with the id `file`."""
        if self == WHOLE:
            return file
        bounds = (one.isoformat() if one else "" for one in self)
        return sha256("|".join((file, *bounds)).encode()).hexdigest()


WHOLE = TimeFrame()
OUTSIDE = "outside"
"""What an item is skipped as."""


class Source(Protocol):
    """A recording or an archive."""

    @property
    def damage(self) -> str:
        """One line, if the file could not be read to its end. Known after `open`, like all below."""

    @property
    def id(self) -> str:
        """SHA-256 of the file, and of the frame where it is not played whole; hex."""

    @property
    def total(self) -> int:
        """Items there are."""

    async def open(self) -> None:
        """Look through the file; again costs nothing. Raises `OSError`."""

    def quiet_until(self, position: int) -> datetime | None:
        """Nothing from item `position` on was first seen at or before this; at the end, the latest time.

        None where the file holds no time at all.
        """

    def batches(self, start: int) -> AsyncGenerator[list[Item], None]:
        """The items from number `start` on."""


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex: a recording keeps its id under any name."""
    hashed = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()


def sensible(at: datetime | None) -> bool:
    """Whether something can have been seen at that time, with room for windows on either side."""
    return at is not None and EPOCH.year <= at.year <= LAST_YEAR


def quiet_times(times: list[datetime]) -> list[datetime]:
    """For each position from 0 to the number of items, what `Source.quiet_until` says. Empty for no items."""
    if not times:
        return []
    quiet = [max(times)]
    earliest = None
    for at in reversed(times):
        earliest = at if earliest is None else min(earliest, at)
        quiet.append(earliest - MICROSECOND)
    quiet.reverse()
    return quiet
