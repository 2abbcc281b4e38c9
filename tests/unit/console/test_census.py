from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from services.console.addresses import topic_specs
from services.console.feeds.census import Census, Followed
from services.console.feeds.subscriptions import publish_feeds
from services.contracts import ids
from services.contracts.feeds import Feed, FeedState, FeedStatus
from services.ops.labels import FEED_STATES
from services.stream.memory import MemoryBus
from tests.unit.console.followed import feed, remember, state

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def followed(status: FeedStatus = "fresh") -> Followed:
    """Polled at noon, to be polled again a quarter of an hour later."""
    feed = Feed(feed_id="f", url="https://paper.example/rss", source="paper")
    return Followed(feed, FeedState(feed_id="f", status=status, polled_at=NOON, due_at=NOON + QUARTER))


def test_a_feed_is_overdue_after_twice_its_interval() -> None:
    assert followed().state_at(NOON + 2 * QUARTER) == "fresh"
    assert followed().state_at(NOON + 2 * QUARTER + timedelta(seconds=1)) == "overdue"


@pytest.mark.parametrize("status", ["backing_off", "broken", "gone", "paused"])
def test_what_the_publisher_broke_is_not_overdue(status: FeedStatus) -> None:
    assert followed(status).state_at(NOON + timedelta(days=9)) == status


def test_every_state_of_a_feed_has_its_own_series() -> None:
    never = Followed(followed().feed, None)
    assert {never.state_at(NOON), "overdue", *get_args(FeedStatus)} == set(FEED_STATES)


async def test_partitions_share_out_the_feeds_and_each_is_counted_once() -> None:
    bus = MemoryBus()
    await bus.create(topic_specs(forget=True))
    urls = [f"https://paper-{n}.example/rss" for n in range(40)]
    await publish_feeds(bus, [Feed(feed_id=ids.feed_id(url), url=url, source="paper") for url in urls])
    census = Census()
    await census.refresh(bus)
    shares = [census.by_state({number}, NOON)["unpolled"] for number in range(4)]
    assert sum(shares) == 40
    assert all(shares)
    assert census.by_state({0, 1, 2, 3}, NOON) == {"unpolled": 40}
    assert census.by_state(frozenset(), NOON) == {}


async def test_entries_are_counted_by_fate_over_the_feeds_of_some_partitions() -> None:
    bus = MemoryBus()
    await bus.create(topic_specs(forget=True))
    url = "https://paper.example/rss"
    await publish_feeds(bus, [feed(url)])
    census = Census()
    await remember(bus, state(url, "article", "http_404", "http_404"))
    await census.refresh(bus)
    assert census.by_fate({0, 1, 2, 3}) == {"article": 1, "http_404": 2}
    assert census.by_fate(frozenset()) == {}
    await remember(bus, state(url, "article", "article", "http_404"))
    await census.refresh(bus)
    assert census.by_fate({0, 1, 2, 3}) == {"article": 2, "http_404": 1}


async def test_a_feed_that_only_a_recording_told_of_is_known_and_not_followed() -> None:
    bus = MemoryBus()
    await bus.create(topic_specs(forget=True))
    await remember(bus, state("https://paper.example/rss", "article"))
    await remember(bus, FeedState(feed_id="recording", position=7))
    census = Census()
    await census.refresh(bus)
    assert census.followed() == []
    assert [one.feed.url for one in census.known()] == ["https://paper.example/rss"]
    assert census.by_status() == {}
    assert census.by_fate({0, 1, 2, 3}) == {}


async def test_a_feed_of_an_older_version_gives_way_to_the_one_without_its_login() -> None:
    bus = MemoryBus()
    await bus.create(topic_specs(forget=True))
    for url in ("https://desk:s3cret@paper.example/a.rss", "https://eve:pw@other.example/b.rss"):
        await publish_feeds(bus, [Feed(feed_id=ids.feed_id(url), url=url, source="paper")])
    public = "https://paper.example/a.rss"
    await publish_feeds(bus, [Feed(feed_id=ids.feed_id(public), url=public, source="paper")])
    census = Census()
    await census.refresh(bus)
    assert {one.feed.url for one in census.followed()} == {public, "https://eve:pw@other.example/b.rss"}
