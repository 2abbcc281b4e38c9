"""`newsfold feeds import`: lists of feeds onto the log."""

import asyncio
from collections.abc import Container, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from services.console import addresses
from services.console.addresses import Address
from services.console.feeds.census import Census
from services.console.feeds.changes import FeedChange, list_changes
from services.console.feeds.logins import listed_logins, tell_logins
from services.contracts import wire
from services.contracts.feeds import Feed
from services.ingest.polling.feedlist import BadFeedList, read_feed_list
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


async def publish_feeds(
    bus: Bus, feeds: Sequence[Feed], *, ends: Container[str] = frozenset()
) -> list[FeedChange]:
    """Put what is new or changed on the log, and the ends of those of `ends` (ids) that are not listed."""
    census = Census()
    await census.refresh(bus)
    made = list(list_changes(feeds, census.followed(), ends=ends))
    await write_changes(bus, made)
    return made


async def write_changes(bus: Bus, made: Sequence[FeedChange]) -> None:
    """In order, in one act."""
    if not made:
        return
    writer = await bus.writer(OPERATORS, ["feeds"], 0)
    await writer.publish([_output(change) for change in made], consumed={})
    await writer.close()


def _output(change: FeedChange) -> Output:
    partition = Partition("feeds", change.number)
    if change.after is not None:
        return feed_output(change.after, partition)
    assert change.before is not None, "a change has one side at least"
    return Output(partition, change.before.feed_id.encode(), None)


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
        made = await publish_feeds(bus, feeds)
        return sum(change.after is not None for change in made)
    finally:
        await bus.close()
