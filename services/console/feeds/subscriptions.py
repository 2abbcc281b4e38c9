"""`newsfold feeds import`: lists of feeds onto the log."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from services.console import addresses
from services.console.addresses import Address
from services.console.feeds.census import Census
from services.console.feeds.logins import listed_logins, tell_logins
from services.contracts import wire
from services.contracts.feeds import Feed
from services.contracts.topics import BY_NAME
from services.ingest.polling.feedlist import BadFeedList, read_feed_list
from services.ingest.urls import without_login
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, Output, Partition

OPERATORS = "newsfold-operators"


def listed_in(file: Path) -> Sequence[Feed]:
    """The feeds of a list; names on stderr what it leaves out. Raises `Stop`, also where nothing is left."""
    try:
        found = read_feed_list(file)
    except BadFeedList as error:
        raise Stop(Exit.USAGE, str(error)) from None
    for rejection in found.rejected:
        click.echo(f"{file}: left out: {rejection}", err=True)
    if not found.feeds:
        raise Stop(Exit.USAGE, f"{file}: none of its {len(found.rejected)} feeds can be followed")
    return found.feeds


async def publish_feeds(bus: Bus, feeds: Sequence[Feed]) -> int:
    """Put what is new or changed on the log; how many that were.

    A feed that an older version wrote down with a login in its address is replaced by the one without.
    """
    census = Census()
    await census.refresh(bus)
    known = {one.feed.feed_id: one.feed for one in census.followed()}
    news = [feed for feed in feeds if known.get(feed.feed_id) != feed]
    urls = {feed.url for feed in feeds}
    with_login = [feed for feed in known.values() if feed.url not in urls and without_login(feed.url) in urls]
    if news or with_login:
        writer = await bus.writer(OPERATORS, ["feeds"], 0)
        ends = [Output(_partition(feed), feed.feed_id.encode(), None) for feed in with_login]
        told = [feed_output(feed, _partition(feed)) for feed in news]
        await writer.publish([*told, *ends], consumed={})
        await writer.close()
    return len(news)


def _partition(feed: Feed) -> Partition:
    # The id is a hash already, so its value spreads feeds evenly.
    return Partition("feeds", int(feed.feed_id[:8], 16) % BY_NAME["feeds"].partitions)


def feed_output(feed: Feed, partition: Partition) -> Output:
    """The subscription as a record of `partition`."""
    now = datetime.now(UTC)
    return Output(
        partition,
        feed.feed_id.encode(),
        wire.encode(feed),
        wire.headers(feed, id=feed.feed_id, source="operators", time=now),
    )


def import_feeds(file: Path, address: str, settings: Settings) -> None:
    feeds, logins = listed_in(file), listed_logins(file)
    place = addresses.parse(address)
    if place.kind == "memory":
        raise Stop(Exit.USAGE, "bus memory: a log in memory ends with this command; name sqlite:FILE")
    new = asyncio.run(_import(place, feeds, settings))
    click.echo(f"{len(feeds)} feeds in {file}: {new} new or changed, {len(feeds) - new} known. Bus: {place}")
    tell_logins(logins)


async def _import(place: Address, feeds: Sequence[Feed], settings: Settings) -> int:
    bus = addresses.bus_at(place, settings)
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=True))
        return await publish_feeds(bus, feeds)
    finally:
        await bus.close()
