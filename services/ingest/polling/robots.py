"""What sites allow crawlers (robots.txt, RFC 9309), asked for where pages are fetched.

A file is read once a day at most, up to half a megabyte. No file allows everything; a server that fails, or a
file that nobody can get, allows nothing until it answers again (2.3.1.4), which is tried soon.
"""

import asyncio
from collections import OrderedDict
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from protego import Protego

from services.ingest.http.exchange import Exchange
from services.ingest.text.charset import text_of
from services.stream.clock import Clock

FILE_BYTES = 512 * 1024
FRESH_S = 24 * 3_600.0
RETRY_S = 600.0
"""After a failure."""
MOST_SITES = 20_000
MOST_BYTES = 64 << 20
"""Of all files that are remembered, as sent; read they take several times as much."""
MOST_DELAY_S = 60.0
"""Longest Crawl-delay that is kept to: beyond it a site has but few pages a day to give."""
_ACCEPT = "text/plain, */*;q=0.5"


class Get(Protocol):
    """A fetch of at most so many bytes of an address."""

    async def __call__(self, url: str, *, accept: str, cut_at: int) -> Exchange: ...


class Permission(NamedTuple):
    """Whether a page may be fetched."""

    allowed: bool
    delay_s: float = 0.0
    """Seconds that the site wants between two requests."""
    failure: Exchange | None = None
    """Of the file, where nobody can say."""


class _Rules(NamedTuple):
    parsed: Protego | None
    failure: Exchange | None
    until: float
    size: int = 0
    """Bytes of the file."""


class Robots:
    """The files of the sites that pages were asked for of, the latest."""

    def __init__(self, get: Get, agent: str, clock: Clock) -> None:
        """`agent`: the name that rules call us by, such as `newsfold`."""
        self._get = get
        self._agent = agent
        self._clock = clock
        self._rules: OrderedDict[str, _Rules] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[str, asyncio.Task[_Rules]] = {}

    async def permission(self, url: str) -> Permission:
        rules = await self._of(_site(url))
        if rules.failure is not None:
            return Permission(allowed=False, failure=rules.failure)
        if rules.parsed is None:
            return Permission(allowed=True)
        return Permission(rules.parsed.can_fetch(url, self._agent), self._delay_s(rules.parsed))

    def delay_s(self, url: str) -> float:
        """What is known of a site's wish, without asking for it."""
        rules = self._rules.get(_site(url))
        return self._delay_s(rules.parsed) if rules and rules.parsed else 0.0

    async def _of(self, site: str) -> _Rules:
        rules = self._rules.get(site)
        if rules is not None and rules.until > self._clock.monotonic():
            self._rules.move_to_end(site)
            return rules
        task = self._under_way.get(site)
        if task is None:
            task = self._under_way[site] = asyncio.create_task(self._read(site))
            task.add_done_callback(lambda _: self._under_way.pop(site, None))
        return await asyncio.shield(task)

    async def _read(self, site: str) -> _Rules:
        exchange = await self._get(f"{site}/robots.txt", accept=_ACCEPT, cut_at=FILE_BYTES)
        # A large file takes half a second to read, in which others want to go on.
        rules = await asyncio.to_thread(self._judge, exchange, self._clock.monotonic())
        self._bytes += rules.size - (known.size if (known := self._rules.pop(site, None)) else 0)
        self._rules[site] = rules
        while len(self._rules) > MOST_SITES or (self._bytes > MOST_BYTES and len(self._rules) > 1):
            self._bytes -= self._rules.popitem(last=False)[1].size
        return rules

    @staticmethod
    def _judge(exchange: Exchange, now: float) -> _Rules:
        if exchange.outcome == "ok":
            rules = Protego.parse(text_of(exchange.body, "utf-8"))
            return _Rules(rules, None, now + FRESH_S, len(exchange.body))
        refused = 400 <= exchange.status < 500 and exchange.status != 429
        unavailable = refused or exchange.outcome == "redirect"
        if unavailable:  # RFC 9309, 2.3.1.3 and, for too many redirects, 2.3.1.2
            return _Rules(None, None, now + FRESH_S)
        return _Rules(None, exchange, now + max(RETRY_S, min(exchange.retry_after_s, FRESH_S)))

    def _delay_s(self, parsed: Protego) -> float:
        return min(float(parsed.crawl_delay(self._agent) or 0.0), MOST_DELAY_S)


def agent_name(user_agent: str) -> str:
    """The product of a User-Agent header: what rules are written for."""
    return user_agent.split("/", maxsplit=1)[0].split(maxsplit=1)[0] if user_agent.split() else "*"


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
