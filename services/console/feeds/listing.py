"""`newsfold feeds list`: what is followed, how it fares, and what became of its entries."""

import asyncio
import sys
from collections.abc import Sequence

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.console import addresses
from services.console.addresses import Address
from services.console.feeds.account import Account, account_of
from services.console.feeds.census import Census, Followed
from services.console.feeds.rows import short_row
from services.ops.config import Settings
from services.ops.redaction import public_url, redact

REASON_SHOWN = 160
"""Characters of a reason in the table."""
REASONS_SHOWN = 3
"""Reasons why entries were not used, in the table."""


def list_feeds(log: str, settings: Settings) -> None:
    known = asyncio.run(census_of(addresses.shared(addresses.parse(log)), settings)).known()
    if sys.stdout.isatty():
        Console().print(feeds_table(known) if known else "no feed is followed; newsfold feeds import FILE")
        return
    for one in known:
        click.echo(msgspec.json.encode(short_row(one)).decode())


async def census_of(place: Address, settings: Settings) -> Census:
    """What lies on a log now."""
    bus = addresses.bus_at(place, settings)
    await bus.start()
    try:
        census = Census()
        await census.refresh(bus)
        return census
    finally:
        await bus.close()


def feeds_table(known: Sequence[Followed]) -> Table:
    """Readable at 80 columns."""
    table = Table(title=f"{len(known)} feeds", title_justify="left", expand=True)
    table.add_column("feed", ratio=5, overflow="fold")
    table.add_column("status", no_wrap=True)
    table.add_column("last poll", width=10)
    table.add_column("entries", ratio=3)
    table.add_column("reason", ratio=4, overflow="fold")
    for one in known:
        polled = one.state.polled_at if one.state else None
        cells = (
            f"{one.feed.source}\n{public_url(one.feed.url)}".strip(),
            one.status,
            polled.strftime("%Y-%m-%d %H:%M") if polled else "never",
            _entries(account_of(one.state)) if one.state else "",
            redact(one.state.reason, REASON_SHOWN) if one.state else "",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _entries(account: Account) -> str:
    """A line a part. The rarer reasons are taken together, so that the lines still add up."""
    unused = list(account.unused.items())
    used = [(fate, count) for fate, count in account.fates.items() if fate not in account.unused]
    shown, rest = unused[:REASONS_SHOWN], sum(count for _, count in unused[REASONS_SHOWN:])
    parts = [*used, *shown, *([("for other reasons", rest)] if rest else [])]
    return "\n".join([f"{account.listed:,} listed", *(f"{count:,} {fate}" for fate, count in parts)])
