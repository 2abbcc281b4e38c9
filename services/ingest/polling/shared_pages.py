"""Pages that several feeds list, fetched once for all feeders of a process.

Feeds of one partition know of each other, and one answers for the page. Those of others ask here: they wait
for a fetch that is under way, or take what came of a recent one.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from services.ingest.http.exchange import Exchange
from services.ingest.http.hop import Hop
from services.ingest.readings import ParsedPage
from services.stream.clock import Clock

RECENT_S = 15 * 60.0
MOST_PAGES = 512
MOST_BYTES = 32 << 20


class PageFetch(NamedTuple):
    """A page as it was fetched. The exchange is without its body once it is parsed."""

    exchange: Exchange
    parsed: ParsedPage | None
    hops: Sequence[Hop] = ()

    @property
    def bytes(self) -> int:
        """About what it takes in memory."""
        text = len(self.parsed.text) * 2 if self.parsed else 0
        return 2_000 + text + len(self.exchange.body) + sum(len(hop.body) for hop in self.hops)


class SharedPages:
    """The fetches of pages under way, and the latest good ones; bounded in number, bytes and time."""

    def __init__(self, clock: Clock, *, most: int = MOST_PAGES, most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._most = most
        self._most_bytes = most_bytes
        self._under_way: dict[str, asyncio.Future[PageFetch]] = {}
        self._recent: OrderedDict[str, tuple[float, PageFetch]] = OrderedDict()
        self._bytes = 0

    async def get(
        self, url: str, fetch: Callable[[], Awaitable[PageFetch]], *, recent: bool, joins: bool
    ) -> PageFetch:
        """`recent`: what was fetched a while ago will do. `joins`: so will what is being fetched now."""
        while joins and (running := self._under_way.get(url)) is not None:
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if not running.cancelled() or (task and task.cancelling()):
                    raise
        known = self._recent.get(url) if recent else None
        if known and self._clock.monotonic() - known[0] < RECENT_S:
            return known[1]
        return await self._fetch(url, fetch)

    async def _fetch(self, url: str, fetch: Callable[[], Awaitable[PageFetch]]) -> PageFetch:
        running = self._under_way[url] = asyncio.get_running_loop().create_future()
        try:
            found = await fetch()
            running.set_result(found)
        finally:
            running.cancel()  # those who wait for one that was given up fetch for themselves
            if self._under_way.get(url) is running:
                del self._under_way[url]
        if found.exchange.outcome == "ok":
            self._keep(url, found)
        return found

    def _keep(self, url: str, found: PageFetch) -> None:
        self._forget(url)
        now = self._clock.monotonic()
        self._recent[url] = now, found
        self._bytes += found.bytes
        while self._recent:
            oldest, (at, _) = next(iter(self._recent.items()))
            if len(self._recent) <= self._most and self._bytes <= self._most_bytes and now - at < RECENT_S:
                return
            self._forget(oldest)

    def _forget(self, url: str) -> None:
        known = self._recent.pop(url, None)
        if known:
            self._bytes -= known[1].bytes
