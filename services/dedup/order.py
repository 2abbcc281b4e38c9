"""Order of first sight: what to decide next, and what came too late to be decided in order.

Sightings ahead of the watermark wait in a bounded buffer; what lies behind it is taken at once and
flagged late where something newer is decided already. The sequence depends on the order of the log
alone, never on how it was cut into batches.
"""

import heapq
from datetime import datetime
from typing import NamedTuple

from services.contracts.articles import Article, Watermark, Withdrawal

Rank = tuple[datetime, str]
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
            due.append(self._decide_next())
        return due

    def promise(self, watermark: Watermark) -> list[Due]:
        known = self.watermarks.get(watermark.origin)
        self.watermarks[watermark.origin] = max(known, watermark.at) if known else watermark.at
        self.origins = watermark.origins
        return self._release()

    def floor(self) -> datetime | None:
        """Up to here every ingest partition is done; None until all have spoken."""
        spoken = [at for origin, at in self.watermarks.items() if origin < self.origins]
        return min(spoken) if self.origins and len(spoken) == self.origins else None

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
            due.append(self._decide_next())
        return due

    def _decide_next(self) -> Due:
        sighting = heapq.heappop(self._held)[3]
        self._names.discard(_name(sighting))
        mine = rank(sighting)
        late = self.decided is not None and mine < self.decided
        self.decided = mine if self.decided is None else max(self.decided, mine)
        return Due(sighting, late)


def _name(sighting: Sighting) -> tuple[str, datetime, bool]:
    return sighting.version_id, seen_at(sighting), isinstance(sighting, Article)
