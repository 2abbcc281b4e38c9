"""`newsfold feeds export`: the feeds that are followed, as a list that `import` reads."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import click
import msgspec

from services.console import addresses
from services.console.feeds.listing import census_of
from services.contracts.feeds import Feed
from services.ingest.polling.feedlist import ListedFeed
from services.ingest.urls import without_login
from services.ops.config import Settings
from services.ops.exits import Exit, Stop


def export_feeds(file: Path, log: str, settings: Settings) -> None:
    """Raises `Stop` (usage) for another ending, or a file that cannot be written."""
    form = {".opml": opml, ".xml": opml, ".toml": toml}.get(file.suffix.lower())
    if form is None:
        raise Stop(Exit.USAGE, f"{file}: the list is written as .opml or .toml")
    census = asyncio.run(census_of(addresses.shared(addresses.parse(log)), settings))
    feeds = [one.feed for one in census.followed()]
    try:
        file.write_text(form(feeds), encoding="utf-8")
    except OSError as error:
        raise Stop(Exit.USAGE, f"{file}: cannot be written: {error.strerror or error}") from None
    click.echo(f"{len(feeds)} feeds written to {file}")


def toml(feeds: Sequence[Feed]) -> str:
    """Everything that a list says of a feed."""
    return "\n".join(_table(feed) for feed in feeds)


def opml(feeds: Sequence[Feed]) -> str:
    """What OPML has a place for: address, title, language, site."""
    outlines = "\n".join(f"    <outline{''.join(_attributes(feed))}/>" for feed in feeds)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head><title>Newsfold</title></head>\n  <body>\n{outlines}\n  </body>\n</opml>\n"
    )


def _attributes(feed: Feed) -> Iterator[str]:
    title = feed.title or feed.source
    pairs = {
        "type": "rss",
        "text": title,
        "title": title,
        "xmlUrl": without_login(feed.url),
        "htmlUrl": feed.home_url,
        "language": feed.language,
    }
    yield from (f" {name}={quoteattr(value)}" for name, value in pairs.items() if value)


def _table(feed: Feed) -> str:
    listed = msgspec.structs.asdict(feed)
    names = [field.name for field in msgspec.structs.fields(ListedFeed)]
    values: dict[str, Any] = {name: listed[name] for name in names} | {"url": without_login(feed.url)}
    lines = [f"{name} = {_value(value)}" for name, value in values.items() if value]
    return "\n".join(["[[feed]]", *lines, ""])


def _value(value: Any) -> str:
    # A JSON string is a TOML basic string; DEL alone is written otherwise.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
