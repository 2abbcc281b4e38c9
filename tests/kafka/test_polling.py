"""Two ingest workers on Kafka, one added and one killed: the server they poll is the judge."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.console.addresses import topic_specs
from services.console.feeds.subscriptions import publish_feeds
from services.contracts import ids
from services.contracts.feeds import Feed
from services.stream.kafka import KafkaBus
from tests.integration.ingest.polled import EACH_S, PolledSite, gaps, owners
from tests.kafka import session
from tests.kafka.acts import SHORT
from tests.kafka.conftest import Name

pytestmark = pytest.mark.kafka
LATE_S = 15.0
"""A lost session, a new round of sharing and reading the state back, on a machine that does other things."""


@asynccontextmanager
async def poller(prefix: str, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
    words = [sys.executable, "-m", "tests.kafka.poller", session.bootstrap(), prefix, name]
    process = await asyncio.create_subprocess_exec(*words)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_adding_and_killing_a_worker_moves_feeds_without_a_gap_or_two_owners_of_a_domain(
    name: Name,
) -> None:
    prefix = f"{name('polling')}."
    bus = KafkaBus(session.bootstrap(), prefix=prefix, bounds=SHORT)
    await bus.start()
    await bus.create(topic_specs(forget=True))
    async with PolledSite(16) as site, poller(prefix, "first") as first:
        feeds = [Feed(feed_id=ids.feed_id(url), url=url, source="paper") for url in site.urls()]
        await publish_feeds(bus, feeds)
        await site.all_polled_by("first", within_s=60)
        async with poller(prefix, "second"), asyncio.timeout(60):
            while not any(one.worker == "second" for log in site.log.values() for one in log):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            killed = time.monotonic()
            first.kill()
            await site.all_polled_by("second", killed, within_s=30)
    await bus.close()
    assert all(names == ["first", "second"] for names in owners(site.log))
    between = gaps(site.log)
    assert max(gap.seconds for gap in between) < EACH_S * 1.1 + LATE_S
    # What was under way at the kill could not be written down, so that its new owner asks once more.
    twice = [gap for gap in between if gap.seconds < EACH_S * 0.9]
    assert all(gap.moved and gap.at > killed for gap in twice)
