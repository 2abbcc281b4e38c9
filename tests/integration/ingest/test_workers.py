"""Two ingest workers: feeds move with their partitions, and what they poll stays one schedule."""

import asyncio
import time
from contextlib import suppress

from services.console.feeds.subscriptions import publish_feeds
from services.contracts import ids
from services.contracts.feeds import Feed
from services.contracts.topics import TOPICS
from services.stream.bus import TopicSpec
from services.stream.lane import HANDOVER_S
from services.stream.memory import MemoryBus
from tests.integration.ingest.polled import EACH_S, PolledSite, gaps, owners, worker

LATE_S = HANDOVER_S + 2.5
"""What a move may put a poll off: its former owner may publish, and a machine does other things beside."""


async def test_adding_and_killing_a_worker_moves_feeds_without_a_gap_or_two_owners_of_a_domain() -> None:
    bus = MemoryBus()
    topics = [TopicSpec(name=one.name, partitions=one.partitions, compact=one.compact) for one in TOPICS]
    await bus.create(topics)
    async with PolledSite(16) as site, worker(bus, "first") as first, worker(bus, "second") as second:
        feeds = [Feed(feed_id=ids.feed_id(url), url=url, source="paper") for url in site.urls()]
        await publish_feeds(bus, feeds)
        stop = asyncio.Event()
        running = asyncio.create_task(first.run(asyncio.Event()))
        await site.all_polled_by("first", within_s=20)
        joining = asyncio.create_task(second.run(stop))
        async with asyncio.timeout(20):
            while not any(one.worker == "second" for log in site.log.values() for one in log):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        killed = time.monotonic()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await site.all_polled_by("second", killed, within_s=20)
        stop.set()
        await joining
    assert all(names == ["first", "second"] for names in owners(site.log))
    between = gaps(site.log)
    assert max(gap.seconds for gap in between) < EACH_S * 1.1 + LATE_S
    # What was under way at the kill could not be written down, so that its new owner asks once more.
    early = [gap for gap in between if gap.seconds < EACH_S * 0.9]
    assert all(gap.moved and gap.at > killed for gap in early)
