"""Feeds over HTTP: polls what is due, fetches the pages that entries announced, hands over what it saw.

The task's state is the schedule; this shell only asks it what is due and keeps requests within bounds. One
moment in time stands on all readings of a batch and on the tick behind them, so that a promise about the
past is never broken by a slow server.
"""

import asyncio
import math
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from services.contracts.feeds import Feed, FeedState, PageCheck, PendingPage
from services.ingest.http.exchange import Exchange
from services.ingest.http.fetch import ACCEPT_FEED, ACCEPT_PAGE, Fetcher
from services.ingest.http.hop import Hop, WireFetch
from services.ingest.observe import body_digest, feed_reading, page_reading
from services.ingest.polling import schedule
from services.ingest.polling.agenda import Appointment
from services.ingest.polling.dispatcher import Dispatcher, Request
from services.ingest.polling.fetch_line import fetch_line
from services.ingest.polling.hubs import Hubs
from services.ingest.polling.outage import SILENT, TRIAL_S, Reach
from services.ingest.polling.poll import address_of_feed
from services.ingest.polling.robots import Robots
from services.ingest.polling.shared_pages import PageFetch, SharedPages
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
_GLANCE_S = 0.1
"""How often it is looked whether other feeders are done with a host."""
GATHER_S = 0.5
"""So soon after a batch the next one waits for company: to publish one costs as much as ten polls."""
REFRESHES = 2
"""Pages in a row that send their reader on at once."""
HttpReading = FeedReading | PageReading


class LiveSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    in_flight: int = 32
    """Requests at once, of this feeder."""
    tick_s: float = 5.0
    """How often an idle feeder says that time has passed."""
    look_s: float = 1.0
    """How often it is looked what hubs say."""
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
    pages: SharedPages | None = None
    """None: feeders do not tell each other what they fetched."""
    hubs: Hubs | None = None
    """None: no hub is asked for pushes."""


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
        self._pages = self._conduct.pages or SharedPages(self._clock)
        self._reach = Reach()
        self._trial_at = float("-inf")
        """When the network is tried again while it is lost."""
        self._agenda = task.agenda()
        self._event = asyncio.Event()
        """Something ended, or a host can be looked at."""
        self._dispatcher = Dispatcher(self._traffic, gap_s=self._gap_s, woken=self._event.set)
        self._in_hand: set[Appointment] = set()
        """Of what is due: what waits for its host, is under way, or was not handed over yet."""
        self._looked = float("-inf")
        """When it was looked what hubs say."""
        self._ticked = float("-inf")
        self._ripe_at = float("-inf")
        """When what is done is handed over."""
        self._sang = float("-inf")
        self._last = EPOCH
        """The moment on the last batch."""
        self._under_way: dict[asyncio.Task[HttpReading], Request] = {}
        self._ended: list[asyncio.Task[HttpReading]] = []
        self._done: deque[tuple[Appointment | None, HttpReading | LeaseReading]] = deque()
        """Each with what it is of, where that was due."""
        hubs = None if once else self._conduct.hubs
        self._subscriber = Subscriber(hubs, self._settings.leases_s) if hubs else None
        self._recorder = self._conduct.recorder
        self._hops: dict[str, list[Hop]] = {}
        """By address of the reading: what came over the wire for it, while it is recorded."""
        self._tried: set[Appointment] = set()
        """With `once`: what had its turn."""

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Reading] | None:
        deadline = self._clock.monotonic() + timeout_s
        while True:
            self._take_ended()
            self._start_due()
            left = deadline - self._clock.monotonic()
            if self._is_ripe() or left <= 0:
                break
            if self._is_over():
                return None
            await self._wait(min(left, max(min(self._soonest_s(), self._ripe_s()), _BLINK_S)))
        return await self._record(self._batch(max_items))

    async def drain(self, *, timeout_s: float) -> Sequence[Reading]:
        deadline = self._clock.monotonic() + timeout_s
        self._dispatcher.close()
        while self._under_way and (left := deadline - self._clock.monotonic()) > 0:
            await self._wait(left)
            self._take_ended()
        self._ripe_at = float("-inf")
        return await self._record(self._batch(len(self._done) + 2))

    async def _record(self, readings: Sequence[Reading]) -> Sequence[Reading]:
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
        self._dispatcher.close()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        for request in self._under_way.values():
            self._traffic.end(request.url)
        self._under_way.clear()

    def _is_ripe(self) -> bool:
        return bool(self._done) and self._ripe_s() <= 0

    def _ripe_s(self) -> float:
        """Seconds until what is done is handed over; endless where there is nothing."""
        if not self._done:
            return math.inf
        return self._ripe_at - self._clock.monotonic()

    def _batch(self, max_items: int) -> list[Reading]:
        at = max(self._clock.now(), self._last + MICROSECOND)  # a wall clock may go back, a promise may not
        number = min(max(1, max_items - 2), len(self._done)) if self._is_ripe() else 0
        handed = [self._done.popleft() for _ in range(number)]
        self._in_hand.difference_update(what for what, _ in handed if what)
        readings: list[Reading] = [replace(reading, at=at) for _, reading in handed]
        now = self._clock.monotonic()
        canaries = self._canaries(at, now)
        if not (readings or canaries) and now - self._ticked < self._settings.tick_s:
            return []
        self._last, self._ticked = at, now
        self._ripe_at = now + (0.0 if self._once else min(GATHER_S, self._settings.tick_s))
        return [*readings, *canaries, Tick(at=at)]

    def _canaries(self, at: datetime, now: float) -> list[Canary]:
        every_s = self._settings.canary_s
        if not every_s or self._once or now - self._sang < every_s:
            return []
        self._sang = now
        return [Canary(at=at)]

    def _is_over(self) -> bool:
        """With `once`: whether all had its turn, but for what a host's long pause is in the way of."""
        if not self._once or self._under_way or self._dispatcher.waits_for_others:
            return False
        return self._soonest_s() > PATIENCE_S

    def _soonest_s(self) -> float:
        """Seconds until something may begin that does not wait for an end."""
        now = self._clock.monotonic()
        most = 1 if self._reach.is_lost else self._settings.in_flight
        if len(self._under_way) >= most:
            return math.inf
        due_s = math.inf if self._once else self._agenda.next_at() - self._clock.now().timestamp()
        trial_s = self._trial_at - now if self._reach.is_lost else 0.0
        return max(min(self._dispatcher.soonest() - now, due_s), trial_s)

    async def _wait(self, seconds: float) -> None:
        if not self._under_way:
            await self._clock.sleep(min(seconds, _GLANCE_S) if self._dispatcher.waits_for_others else seconds)
            return
        self._event.clear()
        if not self._ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._event.wait()

    def _take_ended(self) -> None:
        ended, self._ended = self._ended, []
        for task in ended:
            request = self._under_way.pop(task)
            self._traffic.end(request.url)
            self._hear(request, task.result())

    def _hear(self, request: Request, reading: HttpReading) -> None:
        """Take what came, unless it only says that we have no network: then it is asked for again."""
        before, self._reach = self._reach, self._reach.heard(host_of(request.url), reading.outcome)
        if self._reach.is_lost and not self._once:
            self._trial_at = self._clock.monotonic() + TRIAL_S
            self._dispatcher.put(request)
        else:
            self._done.append((request.what, reading))
        if before.is_lost != self._reach.is_lost:
            self._tell_reach(reading)

    def _tell_reach(self, reading: HttpReading) -> None:
        log = get_logger("ingest")
        if self._reach.is_lost:
            log.warning(LogEvent.NETWORK_LOST, hosts=len(self._reach.silent), reason=reading.reason)
        else:
            log.info(LogEvent.NETWORK_RECOVERED, url=reading.url)

    def _start_due(self) -> None:
        """Begin what is due, as far as hosts and our own bounds admit."""
        self._look_at_hubs()
        for what in self._agenda.due(math.inf if self._once else self._clock.now().timestamp()):
            self._queue(what)
        while not self._is_full(now := self._clock.monotonic()):
            request = self._dispatcher.take(now)
            if request is None:
                break
            self._begin(request)
        self._tell_load()

    def _queue(self, what: Appointment) -> None:
        """It is due: its host's turn is waited for, unless that is so already."""
        if what in self._in_hand or what in self._tried or (what.again and self._once):
            return
        self._in_hand.add(what)
        self._dispatcher.put(Request(what.page or self._task.feeds[what.feed_id].url, what))

    def _look_at_hubs(self) -> None:
        """Take what they say of leases, keep those up, and poll at once what they tell of."""
        now = self._clock.monotonic()
        if self._subscriber is None or now - self._looked < self._settings.look_s:
            return
        self._looked = now
        told = self._subscriber.readings()
        self._done.extend((None, one) for one in told)
        if told:
            self._ripe_at = now
        else:  # the states know of all that was told
            self._subscriber.look(self._task.feeds, self._task.states, self._clock.now(), now)
        for feed_id in self._subscriber.pushed():
            feed = self._task.feeds.get(feed_id)
            if feed and not feed.paused:
                self._queue(Appointment(feed_id))

    def _begin(self, request: Request) -> None:
        work = self._work(request.what)
        if work is None:
            self._traffic.end(request.url)
            self._in_hand.discard(request.what)
            return
        if self._once:
            self._tried.add(request.what)
        task = asyncio.create_task(work)
        self._under_way[task] = request
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[HttpReading]) -> None:
        self._ended.append(task)
        self._event.set()

    def _work(self, what: Appointment) -> Coroutine[None, None, HttpReading] | None:
        """None where it was given up while its host was waited for."""
        feed, state = self._task.feeds.get(what.feed_id), self._task.states.get(what.feed_id)
        if feed is None or feed.paused:
            return None
        if not what.page:
            return self._poll(feed)
        if what.again:
            checks = state.checks if state and self._settings.checks else ()
            check = next((one for one in checks if one.url == what.page), None)
            return self._check(check) if check else None
        waiting = next((page for page in state.pending if page.url == what.page), None) if state else None
        return self._page(waiting) if waiting else None

    def _gap_s(self, request: Request) -> float:
        return self._robots.delay_s(request.url) if self._robots and request.what.page else 0.0

    def _is_full(self, now: float) -> bool:
        """Whether as many requests are under way as may be; one at a time where the network is lost."""
        if self._reach.is_lost and not self._once:
            return bool(self._under_way) or now < self._trial_at
        return len(self._under_way) >= self._settings.in_flight

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

    async def _page(self, waiting: PendingPage) -> HttpReading:
        started, url = self._clock.monotonic(), waiting.url
        is_new = waiting.standing or waiting.absent_at is not None
        found = await self._pages.get(
            url, partial(self._fetch_page, url), recent=is_new and not waiting.attempts, joins=is_new
        )
        return self._seen(url, found, started)

    async def _check(self, check: PageCheck) -> HttpReading:
        """Look again at a page whose article is out, whatever others have seen of it."""
        started = self._clock.monotonic()
        return self._seen(check.url, await self._fetch_page(check.url, check), started)

    def _seen(self, url: str, found: PageFetch, started: float) -> HttpReading:
        if self._recorder is not None:
            self._hops[url] = list(found.hops)
        took_s = self._clock.monotonic() - started
        get_logger("ingest").info(LogEvent.PAGE_FETCHED, **fetch_line(found.exchange, found.parsed, took_s))
        return page_reading(found.exchange, found.parsed, self._clock.now())

    async def _fetch_page(self, url: str, check: PageCheck | None = None) -> PageFetch:
        hops: list[Hop] | None = None if self._recorder is None else []
        exchange, parsed = await self._read_page(url, hops, check)
        for _ in range(REFRESHES):
            if parsed is None or not parsed.refresh_url:
                break
            onward, parsed = await self._read_page(parsed.refresh_url, hops)
            exchange = replace(onward, url=url, final_url=onward.final_url or onward.url)
        return PageFetch(replace(exchange, body=b""), parsed, hops or ())

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
