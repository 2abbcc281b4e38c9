"""Feeds over HTTP: polls what is due, fetches the pages that entries announced, hands over what it saw.

The task's state is the schedule; this shell only asks it what is due and keeps requests within bounds. One
moment in time stands on all readings of a batch and on the tick behind them, so that a promise about the
past is never broken by a slow server.
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from services.contracts.feeds import Feed, FeedState, PageCheck
from services.ingest.http.exchange import Exchange
from services.ingest.http.fetch import ACCEPT_FEED, ACCEPT_PAGE, Fetcher
from services.ingest.http.hop import Hop, WireFetch
from services.ingest.observe import body_digest, feed_reading, page_reading
from services.ingest.polling import schedule
from services.ingest.polling.fetch_line import fetch_line
from services.ingest.polling.hubs import Hubs
from services.ingest.polling.outage import SILENT, TRIAL_S, Reach
from services.ingest.polling.poll import address_of_feed
from services.ingest.polling.recheck import due_checks
from services.ingest.polling.robots import Robots
from services.ingest.polling.subscriber import Subscriber
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.readings import Canary, FeedReading, LeaseReading, PageReading, ParsedPage, Reading, Tick
from services.ingest.service import IngestTask
from services.ingest.text.dates import EPOCH, MICROSECOND
from services.ingest.urls import host_of, without_login
from services.ingest.workers.pool import Pool
from services.ops.events import LogEvent
from services.ops.fetching import FetchMetrics
from services.ops.logging import get_logger
from services.stream.clock import Clock, SystemClock

PATIENCE_S = 30.0
"""How long one round of all feeds waits for a host that asked for a pause."""
_BLINK_S = 0.01
REFRESHES = 2
"""Pages in a row that send their reader on at once."""
HttpReading = FeedReading | PageReading


class LiveSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    in_flight: int = 32
    """Requests at once, of this feeder."""
    tick_s: float = 5.0
    """How often an idle feeder says that time has passed."""
    look_s: float = 1.0
    """How often the schedule is looked at while nothing else happens."""
    leases_s: float = 30.0
    """How often the leases of hubs are looked at."""
    checks: bool = False
    """Pages whose articles are out are looked at again."""
    canary_s: float = 0.0
    """How often a canary is sent; 0: never."""


class WireSink(Protocol):
    """Takes down what is fetched."""

    async def write(self, fetches: Sequence[WireFetch]) -> None:
        """All of them, in order, or `OSError`."""


class Conduct(NamedTuple):
    """How all feeders of a process behave towards hosts."""

    traffic: Traffic
    robots: Robots | None = None
    """None: robots.txt is not asked for."""
    recorder: WireSink | None = None
    """Writes down what is fetched; None: nothing is."""
    hubs: Hubs | None = None
    """None: no hub is asked for pushes."""


class _Due(NamedTuple):
    """A request that may be made: a feed's poll, or a page that an entry announced."""

    url: str
    feed: Feed | None = None
    check: PageCheck | None = None
    """The page is looked at again."""


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
        conduct: Conduct | None = None,
    ) -> None:
        """`conduct`: shared by the feeders of a process."""
        self._task = task
        self._fetcher = fetcher
        self._pool = pool
        self._once = once
        self._settings = settings or LiveSettings()
        self._clock = clock or SystemClock()
        self._fetches = fetches
        self._conduct = conduct or Conduct(Traffic(Manners()))
        self._traffic, self._robots = self._conduct.traffic, self._conduct.robots
        self._reach = Reach()
        self._trial_at = float("-inf")
        """When the network is tried again while it is lost."""
        self._due: list[_Due] = []
        self._looked = float("-inf")
        self._ticked = float("-inf")
        self._sang = float("-inf")
        self._last = EPOCH
        """The moment on the last batch."""
        self._under_way: dict[asyncio.Task[HttpReading], str] = {}
        self._done: deque[HttpReading | LeaseReading] = deque()
        hubs = None if once else self._conduct.hubs
        self._subscriber = Subscriber(hubs, self._settings.leases_s) if hubs else None
        self._recorder = self._conduct.recorder
        self._hops: dict[str, list[Hop]] = {}
        """By address of the reading: what came over the wire for it, while it is recorded."""
        self._tried: set[str] = set()
        """With `once`: ids of feeds and URLs of pages that had their turn."""

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Reading] | None:
        deadline = self._clock.monotonic() + timeout_s
        while not self._done:
            self._start_due()
            left = deadline - self._clock.monotonic()
            if self._once and not self._under_way and self._soonest_s() > PATIENCE_S:
                return None
            if left <= 0:
                break
            await self._wait(min(left, max(self._soonest_s(), _BLINK_S), self._settings.look_s or left))
        readings = self._batch(max_items)
        if self._recorder:
            await self._recorder.write(
                [self._recorded(one) for one in readings if isinstance(one, HttpReading)]
            )
        return readings

    def _recorded(self, reading: HttpReading) -> WireFetch:
        return WireFetch(
            at=reading.at,
            kind="feed" if isinstance(reading, FeedReading) else "page",
            url=reading.url,
            outcome=reading.outcome,
            reason=reading.reason,
            final_url="" if isinstance(reading, FeedReading) else reading.final_url,
            retry_after_s=reading.retry_after_s,
            hops=self._hops.pop(reading.url, []),
        )

    async def close(self) -> None:
        if self._subscriber:
            await self._subscriber.close()
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

    def _soonest_s(self) -> float:
        """Seconds until the first of what is due may be asked for, as far as its host minds."""
        now = self._clock.monotonic()
        return min((self._traffic.wait_s(due.url, now) for due in self._due), default=math.inf)

    async def _wait(self, seconds: float) -> None:
        if not self._under_way:
            await self._clock.sleep(seconds)
            return
        done, _ = await asyncio.wait(self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            url = self._under_way.pop(task)
            self._traffic.end(url)
            self._hear(url, task.result())
        self._tell_load()

    def _hear(self, url: str, reading: HttpReading) -> None:
        """Take what came, unless it only says that we have no network: then it is asked for again."""
        before, self._reach = self._reach, self._reach.heard(host_of(url), reading.outcome)
        if self._reach.is_lost and not self._once:
            self._trial_at = self._clock.monotonic() + TRIAL_S
        else:
            self._done.append(reading)
        if before.is_lost != self._reach.is_lost:
            self._tell_reach(reading)

    def _tell_reach(self, reading: HttpReading) -> None:
        log = get_logger("ingest")
        if self._reach.is_lost:
            log.warning(LogEvent.NETWORK_LOST, hosts=len(self._reach.silent), reason=reading.reason)
        else:
            self._looked = float("-inf")
            log.info(LogEvent.NETWORK_RECOVERED, url=reading.url)

    def _start_due(self) -> None:
        if self._clock.monotonic() - self._looked >= self._settings.look_s:
            self._looked = self._clock.monotonic()
            self._due = self._look()
            self._keep_leases()
        later: list[_Due] = []
        for due in self._due:
            now = self._clock.monotonic()
            if self._is_full(now) or not self._traffic.admits(due.url, now):
                later.append(due)
                continue
            delay_s = self._robots.delay_s(due.url) if self._robots and not due.feed else 0.0
            self._traffic.begin(due.url, now, gap_s=delay_s)
            self._tried.add(due.feed.feed_id if due.feed else due.url)
            work = self._poll(due.feed) if due.feed else self._page(due.url, due.check)
            self._under_way[asyncio.create_task(work)] = due.url
        self._due = later
        self._tell_load()

    def _is_full(self, now: float) -> bool:
        """Whether as many requests are under way as may be; one at a time where the network is lost."""
        if self._reach.is_lost and not self._once:
            return bool(self._under_way) or now < self._trial_at
        return len(self._under_way) >= self._settings.in_flight

    def _look(self) -> list[_Due]:
        """What the schedule wants now and is not under way. Nothing that is done waits to be taken."""
        feeds, states, now = self._task.feeds, self._task.states, self._clock.now()
        own = (states[key] for key, feed in feeds.items() if key in states and not feed.paused)
        if self._once:
            polls = [feed for feed in feeds.values() if feed.feed_id not in self._tried and not feed.paused]
            pages = [page for state in own for page in state.pending if page.url not in self._tried]
        else:
            polls = schedule.due_feeds(feeds.values(), states, now)
            pages = schedule.due_pages(own, now)
        taken = set(self._under_way.values())
        polls = self._with_pushed(polls)
        wanted = [*(_Due(feed.url, feed) for feed in polls), *(_Due(page.url) for page in pages)]
        if self._settings.checks and not self._once:  # last: what is new comes first
            wanted += [_Due(one.url, check=one) for one in due_checks(self._task.states.values(), now)]
        return [due for due in wanted if due.url not in taken]

    def _keep_leases(self) -> None:
        if self._subscriber is None:
            return
        told = self._subscriber.readings()
        self._done.extend(told)
        if not told:  # else the states do not know yet what was told
            now, monotonic = self._clock.now(), self._clock.monotonic()
            self._subscriber.look(self._task.feeds, self._task.states, now, monotonic)

    def _with_pushed(self, polls: list[Feed]) -> list[Feed]:
        """Before all others those whose hub tells of news."""
        ids = self._subscriber.pushed() if self._subscriber else ()
        pushed = [feed for feed_id in ids if (feed := self._task.feeds.get(feed_id)) and not feed.paused]
        return [*pushed, *(feed for feed in polls if feed.feed_id not in ids)] if pushed else polls

    async def _poll(self, feed: Feed) -> HttpReading:
        now = self._clock.now()
        state = self._task.states.get(feed.feed_id)
        if state is None or state.url != without_login(feed.url):
            state = FeedState(feed_id=feed.feed_id)
        if state.due_at is not None and self._fetches is not None and not self._once:
            self._fetches.count_poll((now - state.due_at).total_seconds())
        ask = schedule.conditional(state, now)
        pushed = self._subscriber.begin(feed.feed_id) if self._subscriber else False
        started = self._clock.monotonic()
        exchange = await self._get(
            "feed",
            address_of_feed(state) or feed.url,
            accept=ACCEPT_FEED,
            etag=state.etag if ask else "",
            last_modified=state.last_modified if ask else "",
            hops=self._wire(without_login(feed.url)),
        )
        exchange = replace(exchange, url=without_login(feed.url))
        news = exchange.outcome == "ok" and body_digest(exchange.body) != state.body_digest
        parsed = await self._pool.feed(exchange) if news else None
        took_s = self._clock.monotonic() - started
        get_logger("ingest").info(
            LogEvent.FEED_FETCHED, **fetch_line(exchange, parsed, took_s, feed_id=feed.feed_id)
        )
        return feed_reading(feed.feed_id, exchange, parsed, now, pushed=pushed)

    async def _page(self, url: str, check: PageCheck | None) -> HttpReading:
        started = self._clock.monotonic()
        hops = self._wire(url)
        exchange, parsed = await self._read_page(url, hops, check)
        for _ in range(REFRESHES):
            if parsed is None or not parsed.refresh_url:
                break
            onward, parsed = await self._read_page(parsed.refresh_url, hops)
            exchange = replace(onward, url=url, final_url=onward.final_url or onward.url)
        took_s = self._clock.monotonic() - started
        get_logger("ingest").info(LogEvent.PAGE_FETCHED, **fetch_line(exchange, parsed, took_s))
        return page_reading(exchange, parsed, self._clock.now())

    def _wire(self, url: str) -> list[Hop] | None:
        """Where to put what comes over the wire for a reading; None where nothing is recorded."""
        if self._recorder is None:
            return None
        self._hops[url] = []
        return self._hops[url]

    async def _read_page(
        self, url: str, hops: list[Hop] | None, check: PageCheck | None = None
    ) -> tuple[Exchange, ParsedPage | None]:
        exchange = await self._refusal(url) or await self._get(
            "page",
            url,
            accept=ACCEPT_PAGE,
            etag=check.etag if check else "",
            last_modified=check.last_modified if check else "",
            hops=hops,
        )
        return exchange, await self._pool.page(exchange) if exchange.outcome == "ok" else None

    async def _refusal(self, url: str) -> Exchange | None:
        """What robots.txt says against fetching a page."""
        if self._robots is None:
            return None
        permission = await self._robots.permission(url)
        if permission.allowed:
            return None
        failure = permission.failure
        if failure is None:
            return Exchange(url=url, outcome="robots_denied", reason="the site's robots.txt disallows it")
        if failure.outcome in SILENT:
            return replace(failure, url=url)
        return replace(
            failure,
            url=url,
            outcome="robots_unreachable",
            reason=f"robots.txt cannot be read, so nothing is allowed: {failure.outcome}: {failure.reason}",
        )

    async def _get(
        self,
        kind: str,
        url: str,
        *,
        accept: str,
        etag: str = "",
        last_modified: str = "",
        hops: list[Hop] | None = None,
    ) -> Exchange:
        started = self._clock.monotonic()
        exchange = await self._fetcher.get(
            url, accept=accept, etag=etag, last_modified=last_modified, hops=hops
        )
        if exchange.status in {429, 503} and exchange.retry_after_s:  # it is about us, not about the page
            pause_s, now = min(exchange.retry_after_s, schedule.LONGEST_S), self._clock.monotonic()
            self._traffic.pause(exchange.final_url or url, now + pause_s, now)
        if self._fetches is not None:
            took = self._clock.monotonic() - started
            sizes = {"wire_bytes": exchange.wire_bytes, "decoded_bytes": len(exchange.body)}
            self._fetches.count_fetch(kind, exchange.outcome, took, **sizes)
        return exchange

    def _tell_load(self) -> None:
        if self._fetches is not None:
            requests, parsers = len(self._under_way), self._pool.busy
            self._fetches.set_load(self._task.number, requests=requests, parsers=parsers)
