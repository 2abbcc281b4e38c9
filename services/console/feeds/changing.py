"""`newsfold feeds add|remove|pause|resume|poll-now|revive|move|sync`: feeds changed where they lie."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import click

from services.console import addresses
from services.console.feeds import changes
from services.console.feeds.census import Census, Followed
from services.console.feeds.changes import FeedChange, list_changes
from services.console.feeds.lookup import find, near
from services.console.feeds.subscriptions import listed_in, write_changes
from services.contracts import ids
from services.contracts.feeds import Feed
from services.ingest.formats.entries import address
from services.ingest.polling.feedlist import ListedFeed, feed_of
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.redaction import public_url
from services.stream.bus import Bus

Act = Callable[[Feed, datetime], Feed | None]
ACTS: Mapping[str, Act] = MappingProxyType(
    {"remove": lambda _feed, _now: None, "pause": changes.pause, "resume": changes.resume, "ask": changes.ask}
)
Plan = Callable[[Sequence[Followed]], list[FeedChange]]


def add(listed: ListedFeed, log: str, settings: Settings) -> None:
    """Raises `Stop` (usage) for what is no address."""
    url = address("", listed.url)
    if not url:
        raise Stop(Exit.USAGE, f"{public_url(listed.url)}: not an http(s) URL")
    feed = feed_of(ids.feed_id(url), url, listed)
    _carry_out(lambda followed: list(list_changes([feed], followed)), log, settings)


def change(wanted: str, act: Act, log: str, settings: Settings) -> None:
    """Raises `Stop` (usage) where no feed is meant."""

    def plan(followed: Sequence[Followed]) -> list[FeedChange]:
        one = _meant(wanted, followed)
        return [FeedChange(one.feed, act(one.feed, datetime.now(UTC)), one.number)]

    _carry_out(plan, log, settings)


def move(wanted: str, new: str, log: str, settings: Settings) -> None:
    """Raises `Stop` (usage) where no feed is meant, or the new address is no address or is followed."""
    url = address("", new)
    if not url:
        raise Stop(Exit.USAGE, f"{public_url(new)}: not an http(s) URL")

    def plan(followed: Sequence[Followed]) -> list[FeedChange]:
        one = _meant(wanted, followed)
        if any(other.feed.feed_id == ids.feed_id(url) for other in followed):
            raise Stop(Exit.USAGE, f"{public_url(url)}: is followed already; remove one of the two")
        # In this order, and in one partition: the new one takes over before the old one is forgotten.
        return [
            FeedChange(None, changes.rename(one.feed, url), one.number),
            FeedChange(one.feed, None, one.number),
        ]

    _carry_out(plan, log, settings)


def sync(file: Path, log: str, settings: Settings, *, act: bool) -> None:
    listed = listed_in(file)

    def plan(followed: Sequence[Followed]) -> list[FeedChange]:
        return list(list_changes(listed, followed, ends={one.feed.feed_id for one in followed}))

    _carry_out(plan, log, settings, act=act)


def _meant(wanted: str, followed: Sequence[Followed]) -> Followed:
    one = find(wanted, followed)
    if one is None:
        alike = near(wanted, followed)
        hint = f"; did you mean {' or '.join(map(public_url, alike))}?" if alike else ""
        raise Stop(
            Exit.USAGE, f"{public_url(wanted)}: not among the {len(followed)} feeds that are followed{hint}"
        )
    return one


def _carry_out(plan: Plan, log: str, settings: Settings, *, act: bool = True) -> None:
    made = asyncio.run(_on_log(plan, log, settings, act=act))
    for one in made:
        click.echo(public_url(str(one)) if "@" in str(one) else str(one))
    if not made:
        click.echo("nothing to change")
    elif not act:
        click.echo(f"{len(made)} changes; --yes makes them")


async def _on_log(plan: Plan, log: str, settings: Settings, *, act: bool) -> list[FeedChange]:
    place = addresses.parse(log)
    if place.kind == "memory":
        raise Stop(Exit.USAGE, "bus memory: a log in memory ends with this command; name sqlite:FILE")
    bus = addresses.bus_at(place, settings)
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=True))
        return await _planned(bus, plan, (lambda made: write_changes(bus, made)) if act else None)
    finally:
        await bus.close()


async def _planned(
    bus: Bus, plan: Plan, write: Callable[[Sequence[FeedChange]], Awaitable[None]] | None
) -> list[FeedChange]:
    census = Census()
    await census.refresh(bus)
    made = plan(census.followed())
    if made and write:
        await write(made)
    return made
