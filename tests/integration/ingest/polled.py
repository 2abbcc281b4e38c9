"""A server that several ingest workers follow feeds of, and what its log says of who asked when."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network
from itertools import groupby, pairwise
from typing import NamedTuple

from services.contracts.topics import FEED_PARTITIONS
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import Conduct, HttpFeeder
from services.ingest.polling.rhythm import PollBounds
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.service import IngestService
from services.ingest.workers.pool import Pool
from services.stream.bus import Bus
from services.stream.runner import Runner
from services.stream.settings import RunSettings
from tests.integration.ingest.newsroom import rss
from tests.integration.ingest.site import Request, Site, answer

EACH_S = 0.4
"""From one poll of a feed to the next, with up to a tenth more as jitter."""


class Polled(NamedTuple):
    """One request for a feed."""

    at: float
    worker: str


class Gap(NamedTuple):
    """Between two polls of one feed."""

    at: float
    """When it ended."""
    seconds: float
    moved: bool
    """They are of two workers."""


class PolledSite(Site):
    """Feeds on many names of one address, and every request for them."""

    def __init__(self, feeds: int) -> None:
        super().__init__()
        self.log: dict[str, list[Polled]] = {f"/{number}": [] for number in range(feeds)}
        self.routes |= dict.fromkeys(self.log, self._poll)

    def _poll(self, request: Request) -> bytes:
        self.log[request.path].append(Polled(time.monotonic(), request.headers["user-agent"]))
        if request.headers.get("if-none-match") == '"1"':
            return answer(status="304 Not Modified", ETag='"1"')
        return answer(rss(), content_type="text/xml", ETag='"1"')

    def urls(self) -> list[str]:
        """Two feeds a domain."""
        return [f"http://www.paper-{int(path[1:]) // 2}.example:{self.port}{path}" for path in self.log]

    async def all_polled_by(self, worker: str, since: float = 0.0, *, within_s: float) -> None:
        """Wait until each feed was asked for by a worker."""

        def told(polls: Sequence[Polled]) -> bool:
            return any(one.worker == worker and one.at > since for one in polls)

        async with asyncio.timeout(within_s):
            while not all(map(told, self.log.values())):  # noqa: ASYNC110 - it is looked at, it does not tell
                await asyncio.sleep(0.05)


async def _resolve(_: str) -> Sequence[str]:
    return ["127.0.0.1"]


@asynccontextmanager
async def worker(bus: Bus, name: str, settings: RunSettings | None = None) -> AsyncIterator[Runner]:
    """One member of the group, with a fetcher and manners of its own as in a process of its own."""
    bounds = PollBounds(default_s=EACH_S, shortest_s=EACH_S, longest_s=EACH_S)
    allow = [ip_network("127.0.0.0/8")]
    async with Fetcher(allow=allow, user_agent=name, resolve=_resolve) as fetcher, Pool(0) as pool:
        conduct = Conduct(Traffic(Manners(gap_s=0.02)))
        service = IngestService(
            lambda task, _: HttpFeeder(task, fetcher, pool, conduct=conduct),
            origins=FEED_PARTITIONS,
            bounds=bounds,
        )
        yield Runner(service, bus, settings=settings)


def owners(log: Mapping[str, Sequence[Polled]]) -> list[list[str]]:
    """Of each domain, the workers that asked it, in turn."""
    domains: dict[int, list[Polled]] = {}
    for path, polls in log.items():
        domains.setdefault(int(path[1:]) // 2, []).extend(polls)
    return [[name for name, _ in groupby(one.worker for one in sorted(polls))] for polls in domains.values()]


def gaps(log: Mapping[str, Sequence[Polled]]) -> list[Gap]:
    """From one poll of a feed to the next, of all feeds."""
    return [
        Gap(later.at, later.at - earlier.at, moved=later.worker != earlier.worker)
        for polls in log.values()
        for earlier, later in pairwise(sorted(polls))
    ]
