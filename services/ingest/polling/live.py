"""Feeds over HTTP: polls what is due, fetches the pages that entries announced, hands over what it saw.

The task's state is the schedule; this shell only asks it what is due and keeps requests within bounds. One
moment in time stands on all readings of a batch and on the tick behind them, so that a promise about the
past is never broken by a slow server.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from services.contracts.feeds import Feed, FeedState
from services.ingest.http.exchange import Exchange
from services.ingest.http.fetch import ACCEPT_FEED, ACCEPT_PAGE, Fetcher
from services.ingest.observe import body_digest, feed_reading, page_reading
from services.ingest.polling import schedule
from services.ingest.polling.fetch_line import fetch_line
from services.ingest.readings import Canary, FeedReading, PageReading, ParsedPage, Reading, Tick
from services.ingest.service import IngestTask
from services.ingest.text.dates import EPOCH, MICROSECOND
from services.ingest.urls import host_of, without_login
from services.ingest.workers.pool import Pool
from services.ops.events import LogEvent
from services.ops.fetching import FetchMetrics
from services.ops.logging import get_logger
from services.stream.clock import Clock, SystemClock

REFRESHES = 2
"""Pages in a row that send their reader on at once."""
HttpReading = FeedReading | PageReading


class LiveSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    in_flight: int = 32
    """Requests at once, of this feeder."""
    per_host: int = 2
    """Requests at once to one host."""
    tick_s: float = 5.0
    """How often an idle feeder says that time has passed."""
    look_s: float = 1.0
    """How often the schedule is looked at while nothing else happens."""
    canary_s: float = 0.0
    """How often a canary is sent; 0: never."""


class _Due(NamedTuple):
    """A request that may be made: a feed's poll, or a page that an entry announced."""

    url: str
    feed: Feed | None = None


class HttpFeeder:
    """Feeds `task` from the network.

    With `once` every feed is polled once, its pages are tried once, and `next` gives None after that.
    """

    def __init__(
        self,
        task: IngestTask,
        fetcher: Fetcher,
        pool: Pool,
        *,
        once: bool = False,
        settings: LiveSettings | None = None,
        clock: Clock | None = None,
        fetches: FetchMetrics | None = None,
    ) -> None:
        self._task = task
        self._fetcher = fetcher
        self._pool = pool
        self._once = once
        self._settings = settings or LiveSettings()
        self._clock = clock or SystemClock()
        self._fetches = fetches
        self._due: list[_Due] = []
        self._looked = float("-inf")
        self._ticked = float("-inf")
        self._sang = float("-inf")
        self._last = EPOCH
        """The moment on the last batch."""
        self._hosts: Counter[str] = Counter()
        self._held: dict[str, float] = {}
        """Hosts that asked for a pause, and until when."""
        self._under_way: dict[asyncio.Task[HttpReading], str] = {}
        self._done: deque[HttpReading] = deque()
        self._tried: set[str] = set()
        """With `once`: ids of feeds and URLs of pages that had their turn."""

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Reading] | None:
        deadline = self._clock.monotonic() + timeout_s
        while not self._done:
            self._start_due()
            if self._once and not self._under_way:
                return None
            left = deadline - self._clock.monotonic()
            if left <= 0:
                break
            await self._wait(min(left, self._settings.look_s))
        return self._batch(max_items)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()

    def _batch(self, max_items: int) -> list[Reading]:
        at = max(self._clock.now(), self._last + MICROSECOND)  # a wall clock may go back, a promise may not
        number = min(max(1, max_items - 2), len(self._done))
        readings: list[Reading] = [replace(self._done.popleft(), at=at) for _ in range(number)]
        now = self._clock.monotonic()
        canaries = self._canaries(at, now)
        if not (readings or canaries) and now - self._ticked < self._settings.tick_s:
            return []
        self._last, self._ticked = at, now
        # The next call comes when these are part of the task's state: the schedule is another one then.
        self._looked = float("-inf") if readings else self._looked
        return [*readings, *canaries, Tick(at=at)]

    def _canaries(self, at: datetime, now: float) -> list[Canary]:
        every_s = self._settings.canary_s
        if not every_s or self._once or now - self._sang < every_s:
            return []
        self._sang = now
        return [Canary(at=at)]

    async def _wait(self, seconds: float) -> None:
        if not self._under_way:
            await self._clock.sleep(seconds)
            return
        done, _ = await asyncio.wait(self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            self._hosts[host_of(self._under_way.pop(task))] -= 1
            self._done.append(task.result())
        self._tell_load()

    def _start_due(self) -> None:
        if self._clock.monotonic() - self._looked >= self._settings.look_s:
            self._looked = self._clock.monotonic()
            self._due = self._look()
        later: list[_Due] = []
        for due in self._due:
            full = len(self._under_way) >= self._settings.in_flight
            if full or self._holds(due.url):
                later.append(due)
                continue
            self._hosts[host_of(due.url)] += 1
            self._tried.add(due.feed.feed_id if due.feed else due.url)
            work = self._poll(due.feed) if due.feed else self._page(due.url)
            self._under_way[asyncio.create_task(work)] = due.url
        self._due = later
        self._tell_load()

    def _holds(self, url: str) -> bool:
        """Whether a request has to wait for others to its host, or for a pause that the host asked for."""
        host = host_of(url)
        if self._held.get(host, 0.0) > self._clock.monotonic():
            return True
        self._held.pop(host, None)
        return not schedule.allowed(host, self._hosts, self._settings.per_host)

    def _look(self) -> list[_Due]:
        """What the schedule wants now and is not under way. Nothing that is done waits to be taken."""
        feeds, states, now = self._task.feeds, self._task.states, self._clock.now()
        own = (states[feed_id] for feed_id in feeds if feed_id in states)
        if self._once:
            polls = [feed for feed in feeds.values() if feed.feed_id not in self._tried]
            pages = [page for state in own for page in state.pending if page.url not in self._tried]
        else:
            polls = schedule.due_feeds(feeds.values(), states, now)
            pages = schedule.due_pages(own, now)
        taken = set(self._under_way.values())
        wanted = (*(_Due(feed.url, feed) for feed in polls), *(_Due(page.url) for page in pages))
        return [due for due in wanted if due.url not in taken]

    async def _poll(self, feed: Feed) -> HttpReading:
        now = self._clock.now()
        state = self._task.states.get(feed.feed_id)
        if state is None or state.url != without_login(feed.url):
            state = FeedState(feed_id=feed.feed_id)
        if state.due_at is not None and self._fetches is not None and not self._once:
            self._fetches.count_poll((now - state.due_at).total_seconds())
        ask = schedule.conditional(state, now)
        started = self._clock.monotonic()
        exchange = await self._get(
            "feed",
            feed.url,
            accept=ACCEPT_FEED,
            etag=state.etag if ask else "",
            last_modified=state.last_modified if ask else "",
        )
        news = exchange.outcome == "ok" and body_digest(exchange.body) != state.body_digest
        parsed = await self._pool.feed(exchange) if news else None
        took_s = self._clock.monotonic() - started
        get_logger("ingest").info(
            LogEvent.FEED_FETCHED, **fetch_line(exchange, parsed, took_s, feed_id=feed.feed_id)
        )
        return feed_reading(feed.feed_id, exchange, parsed, now)

    async def _page(self, url: str) -> HttpReading:
        started = self._clock.monotonic()
        exchange, parsed = await self._read_page(url)
        for _ in range(REFRESHES):
            if parsed is None or not parsed.refresh_url:
                break
            onward, parsed = await self._read_page(parsed.refresh_url)
            exchange = replace(onward, url=url, final_url=onward.final_url or onward.url)
        took_s = self._clock.monotonic() - started
        get_logger("ingest").info(LogEvent.PAGE_FETCHED, **fetch_line(exchange, parsed, took_s))
        return page_reading(exchange, parsed, self._clock.now())

    async def _read_page(self, url: str) -> tuple[Exchange, ParsedPage | None]:
        exchange = await self._get("page", url, accept=ACCEPT_PAGE)
        return exchange, await self._pool.page(exchange) if exchange.outcome == "ok" else None

    async def _get(self, kind: str, url: str, **headers: str) -> Exchange:
        started = self._clock.monotonic()
        exchange = await self._fetcher.get(url, **headers)
        if exchange.status in {429, 503} and exchange.retry_after_s:  # it is about us, not about the page
            pause_s = min(exchange.retry_after_s, schedule.LONGEST_S)
            self._held[host_of(exchange.final_url or url)] = self._clock.monotonic() + pause_s
        if self._fetches is not None:
            took = self._clock.monotonic() - started
            sizes = {"wire_bytes": exchange.wire_bytes, "decoded_bytes": len(exchange.body)}
            self._fetches.count_fetch(kind, exchange.outcome, took, **sizes)
        return exchange

    def _tell_load(self) -> None:
        if self._fetches is not None:
            requests, parsers = len(self._under_way), self._pool.busy
            self._fetches.set_load(self._task.number, requests=requests, parsers=parsers)
