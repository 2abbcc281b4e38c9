"""`newsfold feeds import`: lists of feeds onto the log."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from services.console import addresses
from services.console.addresses import Address
from services.console.feeds.census import Census
from services.contracts import wire
from services.contracts.feeds import Feed
from services.contracts.topics import BY_NAME
from services.ingest.polling.feedlist import BadFeedList, read_feed_list
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, Output, Partition

OPERATORS = "newsfold-operators"


def listed_in(file: Path) -> list[Feed]:
    """Raises `Stop` (usage)."""
    try:
        return read_feed_list(file)
    except BadFeedList as error:
        raise Stop(Exit.USAGE, str(error)) from None


async def publish_feeds(bus: Bus, feeds: Sequence[Feed]) -> int:
    """Put what is new or changed on the log; how many that were."""
    census = Census()
    await census.refresh(bus)
    known = {one.feed.feed_id: one.feed for one in census.followed()}
    news = [feed for feed in feeds if known.get(feed.feed_id) != feed]
    if news:
        writer = await bus.writer(OPERATORS, ["feeds"], 0)
        await writer.publish([_output(feed) for feed in news], consumed={})
        await writer.close()
    return len(news)


def _output(feed: Feed) -> Output:
    # The id is a hash already, so its value spreads feeds evenly.
    number = int(feed.feed_id[:8], 16) % BY_NAME["feeds"].partitions
    now = datetime.now(UTC)
    return Output(
        Partition("feeds", number),
        feed.feed_id.encode(),
        wire.encode(feed),
        wire.headers(feed, id=feed.feed_id, source="operators", time=now),
    )


def import_feeds(file: Path, address: str, settings: Settings) -> None:
    feeds = listed_in(file)
    place = addresses.parse(address)
    if place.kind == "memory":
        raise Stop(Exit.USAGE, "bus memory: a log in memory ends with this command; name sqlite:FILE")
    new = asyncio.run(_import(place, feeds, settings))
    click.echo(f"{len(feeds)} feeds in {file}: {new} new or changed, {len(feeds) - new} known. Bus: {place}")


async def _import(place: Address, feeds: Sequence[Feed], settings: Settings) -> int:
    bus = addresses.bus_at(place, settings)
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=True))
        return await publish_feeds(bus, feeds)
    finally:
        await bus.close()
