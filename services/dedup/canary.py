"""The canary's way through dedup: it waits for the watermark as an article does, and is decided alone.

Apart from everything the shard remembers: no verdict, window, novelty or story ever hears of it, so with
it and without it all other records are the same.
"""

import heapq
from collections.abc import Iterator
from datetime import datetime

from services.contracts.articles import Article
from services.contracts.clusters import Cluster
from services.dedup.fold import Fold
from services.dedup.folded import Folded
from services.dedup.order import Due
from services.dedup.settings import DedupSettings

MOST_HELD = 64
"""Beyond it the oldest is decided at once: somebody sends them faster than the watermark moves."""


class Canaries:
    """Those of one shard that wait."""

    def __init__(self) -> None:
        self._held: list[tuple[datetime, int, str, Article]] = []

    def offer(self, article: Article, offset: int) -> None:
        heapq.heappush(self._held, (article.first_seen_at, offset, article.article_id, article))

    def due(self, floor: datetime | None) -> Iterator[Article]:
        """Those that every ingest partition is past, the oldest first."""
        while self._held and (
            len(self._held) > MOST_HELD or (floor is not None and self._held[0][0] <= floor)
        ):
            yield heapq.heappop(self._held)[-1]

    def held(self) -> int:
        return len(self._held)

    def oldest_offset(self) -> int | None:
        return min((offset for _, offset, *_ in self._held), default=None)


def lone_story(article: Article, settings: DedupSettings) -> list[Cluster]:
    """What dedup says of an article in a world without any other; nothing where it is screened."""
    folded = Folded()
    Fold(settings).fold([Due(article, late=False)], folded)
    return folded.clusters
