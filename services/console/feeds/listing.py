"""`newsfold feeds list`: what is followed and how it fares."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.console import addresses
from services.console.addresses import Address
from services.console.feeds.census import Census, Followed
from services.contracts.feeds import FeedState
from services.ops.config import Settings
from services.ops.redaction import public_url


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
