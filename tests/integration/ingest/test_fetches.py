"""What a feeder tells of its fetches."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from services.contracts import ids
from services.contracts.feeds import Feed, FeedState
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import HttpFeeder
from services.ingest.readings import FeedReading
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.ops.fetching import FetchMetrics
from services.ops.registry import Metrics
from tests.integration.ingest.site import Site, answer

RSS = b"<rss version='2.0'><channel><title>Paper</title></channel></rss>"


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(allow=[ip_network("127.0.0.0/8")]) as running:
        yield running


class RecordedFetches(FetchMetrics):
    def __init__(self) -> None:
        super().__init__(Metrics(["ingest"]))
        self.ends: list[tuple[str, str, int]] = []
        self.delays: list[float] = []
        self.most = 0

    def count_fetch(
        self, kind: str, outcome: str, seconds: float, *, wire_bytes: int, decoded_bytes: int
    ) -> None:
        super().count_fetch(kind, outcome, seconds, wire_bytes=wire_bytes, decoded_bytes=decoded_bytes)
        assert 0 < seconds < 30
        self.ends.append((kind, outcome, decoded_bytes))

    def count_poll(self, delay_s: float) -> None:
        super().count_poll(delay_s)
        self.delays.append(delay_s)

    def set_load(self, number: int, *, requests: int, parsers: int) -> None:
        super().set_load(number, requests=requests, parsers=parsers)
        self.most = max(self.most, requests)


async def test_polls_are_told_with_their_end_their_size_and_how_late_they_began(fetcher: Fetcher) -> None:
    told, late = RecordedFetches(), timedelta(seconds=100)
    async with Site({"/known": answer(RSS), "/new": answer(status="503 Busy")}) as site, Pool(0) as pool:
        task, now = IngestTask(0, 1), datetime.now(UTC)
        for url in (site.url("/known"), site.url("/new")):
            task.feeds[ids.feed_id(url)] = Feed(feed_id=ids.feed_id(url), url=url, source="paper")
        url = site.url("/known")
        known = ids.feed_id(url)
        task.states[known] = FeedState(feed_id=known, url=url, polled_at=now - 2 * late, due_at=now - late)
        feeder = HttpFeeder(task, fetcher, pool, fetches=told)
        seen = 0
        while seen < 2:
            readings = await feeder.next(max_items=100, timeout_s=0.5)
            assert readings is not None
            task.take(readings)
            seen += sum(isinstance(one, FeedReading) for one in readings)
        await feeder.close()
    assert sorted(told.ends) == [("feed", "http_5xx", 0), ("feed", "ok", len(RSS))]
    assert [round(delay, -1) for delay in told.delays] == [100], "a feed never polled was never due"
    assert told.most == 2
