"""Order of first sight: what to decide next, and what came too late to be decided in order.

Sightings ahead of the watermark wait in a bounded buffer; what lies behind it is taken at once and
flagged late where something newer is decided already. The sequence depends on the order of the log
alone, never on how it was cut into batches.
"""

import heapq
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from services.contracts.articles import Article, Watermark, Withdrawal

Rank = tuple[datetime, str]
Place = tuple[datetime, str, int]
"""Among what waits: rank, then offset."""
Sighting = Article | Withdrawal
"""What a publisher was seen to show, or to have taken back."""


def seen_at(sighting: Sighting) -> datetime:
    return sighting.first_seen_at if isinstance(sighting, Article) else sighting.at


def rank(sighting: Sighting) -> Rank:
    """Order of decision: first seen, ties by article id."""
    return seen_at(sighting), sighting.article_id


class Due(NamedTuple):
    sighting: Sighting
    late: bool


class Next(NamedTuple):
    """What comes next, where it is due."""

    place: Place
    sighting: Sighting


class Order:
    """Holds sightings until every ingest partition has promised to be past them."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._held: list[tuple[datetime, str, int, Sighting]] = []
        self._names: set[tuple[str, datetime, bool]] = set()
        self.watermarks: dict[int, datetime] = {}
        self.origins = 0
        self.decided: Rank | None = None

    def offer(self, sighting: Sighting, offset: int) -> list[Due]:
        """Take a sighting read at `offset`; whatever is due now, in order."""
        heapq.heappush(self._held, (*rank(sighting), offset, sighting))
        self._names.add(_name(sighting))
        due = self._release()
        if len(self._held) > self._limit:
            due.append(self.decide_next())
        return due

    def next_with(self, sighting: Sighting, offset: int) -> Sighting | None:
        """What `offer` would make due first."""
        floor, mine = self.floor(), (*rank(sighting), offset)
        if floor is not None and mine[0] <= floor:
            return sighting
        if len(self._held) < self._limit:
            return None
        return self._held[0][3] if self._held and self._held[0][:3] < mine else sighting

    def promise(self, watermark: Watermark) -> list[Due]:
        self.watermarks, self.origins = self._with(watermark), watermark.origins
        return self._release()

    def next_by(self, watermark: Watermark) -> Next | None:
        """What is due first by a promise that is not taken yet."""
        floor = _floor(self._with(watermark), watermark.origins)
        if floor is None or not self._held or self._held[0][0] > floor:
            return None
        at, article, offset, sighting = self._held[0]
        return Next((at, article, offset), sighting)

    def ahead_of(self, watermark: Watermark, before: Place) -> list[Due]:
        """What is due by a promise that is not taken yet, up to a place: as where too much is held."""
        due = []
        while (coming := self.next_by(watermark)) is not None and coming.place < before:
            due.append(self.decide_next())
        return due

    def floor(self) -> datetime | None:
        """Up to here every ingest partition is done; None until all have spoken."""
        return _floor(self.watermarks, self.origins)

    def _with(self, watermark: Watermark) -> dict[int, datetime]:
        known = self.watermarks.get(watermark.origin)
        at = max(known, watermark.at) if known else watermark.at
        return {**self.watermarks, watermark.origin: at}

    def held(self) -> int:
        return len(self._held)

    def holds(self, sighting: Sighting) -> bool:
        """Whether the same text, seen at the same time, waits already."""
        return _name(sighting) in self._names

    def oldest_offset(self) -> int | None:
        """Where reading must start again after a restart, for the sake of what is held."""
        return min((entry[2] for entry in self._held), default=None)

    def _release(self) -> list[Due]:
        floor = self.floor()
        due: list[Due] = []
        while floor is not None and self._held and self._held[0][0] <= floor:
            due.append(self.decide_next())
        return due

    def decide_next(self) -> Due:
        sighting = heapq.heappop(self._held)[3]
        self._names.discard(_name(sighting))
        mine = rank(sighting)
        late = self.decided is not None and mine < self.decided
        self.decided = mine if self.decided is None else max(self.decided, mine)
        return Due(sighting, late)


def _floor(watermarks: Mapping[int, datetime], origins: int) -> datetime | None:
    spoken = [at for origin, at in watermarks.items() if origin < origins]
    return min(spoken) if origins and len(spoken) == origins else None


def _name(sighting: Sighting) -> tuple[str, datetime, bool]:
    return sighting.version_id, seen_at(sighting), isinstance(sighting, Article)
