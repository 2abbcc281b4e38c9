"""`newsfold feeds`: what is followed and how it fares."""

import asyncio
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.console import addresses
from services.console.addresses import Address
from services.console.scan import is_a, scan_partition
from services.contracts import wire
from services.contracts.feeds import Feed, FeedState
from services.contracts.topics import BY_NAME
from services.ingest.polling.feedlist import BadFeedList, read_feed_list
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.redaction import public_url
from services.stream.bus import Bus, Output, Partition

UNPOLLED = "unpolled"
OPERATORS = "newsfold-operators"


class Followed(NamedTuple):
    feed: Feed
    state: FeedState | None
    """None before the first poll."""
    number: int = 0
    """Of the ingest partition that polls it."""

    @property
    def status(self) -> str:
        return self.state.status if self.state else UNPOLLED

    def state_at(self, now: datetime) -> str:
        """The status, or `overdue` where a fresh feed was not polled for twice its interval."""
        polled, due = (self.state.polled_at, self.state.due_at) if self.state else (None, None)
        late = polled is not None and due is not None and now > polled + 2 * (due - polled)
        return "overdue" if late and self.status == "fresh" else self.status


class Census:
    """Feeds and their states, kept up to date by reading on from where it was."""

    def __init__(self) -> None:
        self._feeds: dict[bytes | None, Feed] = {}
        self._states: dict[bytes | None, FeedState] = {}
        self._numbers: dict[bytes | None, int] = {}
        self._reached: dict[Partition, int] = {}

    async def refresh(self, bus: Bus) -> None:
        await self._read(bus, "feeds", Feed, self._feeds)
        await self._read(bus, "feed-state", FeedState, self._states)

    def followed(self) -> list[Followed]:
        """By source, then address."""
        both = [
            Followed(feed, self._states.get(key), self._numbers[key]) for key, feed in self._feeds.items()
        ]
        return sorted(both, key=lambda one: (one.feed.source, one.feed.url))

    def by_status(self) -> Mapping[str, int]:
        return Counter(one.status for one in self.followed())

    def by_state(self, numbers: Collection[int], now: datetime) -> Mapping[str, int]:
        """Of the feeds that these ingest partitions poll."""
        return Counter(one.state_at(now) for one in self.followed() if one.number in numbers)

    async def _read(self, bus: Bus, topic: str, kind: type[Any], into: dict[bytes | None, Any]) -> None:
        for number in range(await bus.partitions(topic)):
            partition = Partition(topic, number)
            async for record in scan_partition(bus, partition, self._reached.get(partition, 0)):
                self._reached[partition] = record.offset + 1
                if record.value is None:
                    into.pop(record.key, None)
                elif is_a(record, kind):
                    self._numbers[record.key] = number
                    into[record.key] = wire.decode(kind, record.value)


def listed_in(file: Path) -> Sequence[Feed]:
    """The feeds of a list; names on stderr what it leaves out. Raises `Stop`, also where nothing is left."""
    try:
        found = read_feed_list(file)
    except BadFeedList as error:
        raise Stop(Exit.USAGE, str(error)) from None
    for rejection in found.rejected:
        click.echo(f"{file}: left out: {rejection}", err=True)
    if not found.feeds:
        raise Stop(Exit.FAILED, f"{file}: none of its {len(found.rejected)} feeds can be followed")
    return found.feeds


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


def list_feeds(address: str, settings: Settings) -> None:
    followed = asyncio.run(_followed(addresses.shared(addresses.parse(address)), settings))
    if sys.stdout.isatty():
        Console().print(_table(followed))
        return
    for one in followed:
        click.echo(msgspec.json.encode(_line(one)).decode())


async def _followed(place: Address, settings: Settings) -> list[Followed]:
    bus = addresses.bus_at(place, settings)
    await bus.start()
    try:
        census = Census()
        await census.refresh(bus)
        return census.followed()
    finally:
        await bus.close()


def _line(one: Followed) -> dict[str, Any]:
    state = one.state or FeedState(feed_id=one.feed.feed_id)
    return {
        "feed_id": one.feed.feed_id,
        "url": one.feed.url,
        "source": one.feed.source,
        "status": one.status,
        "reason": state.reason,
        "failures": state.failures,
        "polled_at": state.polled_at,
        "due_at": state.due_at,
        "pending": len(state.pending),
    }


def _table(followed: Sequence[Followed]) -> Table:
    table = Table(title=f"{len(followed)} feeds", title_justify="left")
    for name in ("source", "feed", "status", "last poll", "reason"):
        table.add_column(name, overflow="fold")
    for one in followed:
        polled = one.state.polled_at if one.state else None
        cells = (
            one.feed.source,
            public_url(one.feed.url),
            one.status,
            polled.strftime("%Y-%m-%d %H:%M") if polled else "never",
            one.state.reason if one.state else "",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table
