"""`newsfold stories`, `story`, `watch` and `export`: bodies."""

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from services.console import addresses
from services.console.scan import is_a
from services.console.stories import lines
from services.console.stories.reading import StoryShelf, read_shelf
from services.console.stories.selection import StoryQuery, find, select
from services.console.tail.positions import starts
from services.console.tail.stream import tail
from services.contracts import wire
from services.contracts.stories import Story, StoryChange
from services.enrich.records.forms import FORMS
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Record


def list_stories(
    query: StoryQuery, out: Path | None, address: str | None, settings: Settings, *, as_json: bool
) -> None:
    shelf = asyncio.run(read_shelf(out, address, settings))
    chosen = select(shelf.stories.values(), query)
    if as_json:
        _print(_line(story) for story in chosen)
        return
    _print(line for story in chosen for line in lines.row(story))
    if not chosen:
        print("no story fits")


def show_story(
    wanted: str, out: Path | None, address: str | None, settings: Settings, *, as_json: bool
) -> None:
    """Raises `Stop` (usage) where none or several fit."""
    shelf = asyncio.run(read_shelf(out, address, settings, changes=True))
    story = _one(shelf, wanted)
    changes = shelf.changes.get(story.story_id, [])
    if as_json:
        _print([_line(story), *map(_line, changes)])
    else:
        _print(lines.whole(story, changes))


def watch_stories(query: StoryQuery, address: str | None, settings: Settings, *, as_json: bool) -> None:
    """What happens to stories from now on, until it is interrupted."""

    def wanted(record: Record) -> bool:
        return record.value is not None and is_a(record, StoryChange)

    def show(record: Record) -> None:
        change = wire.decode(StoryChange, record.value or b"")
        if query.fits(change.story):
            _print([_line(change)] if as_json else lines.happened(change))

    async def run() -> None:
        bus = addresses.bus_at(addresses.shared(addresses.parse(address or settings.bus.url)), settings)
        await bus.start()
        try:
            await tail(bus, await starts(bus, "story-changes", "end"), wanted, show, follow=True)
        finally:
            await bus.close()

    try:
        asyncio.run(run())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return


def write_stories(
    form: str, query: StoryQuery, out: Path | None, address: str | None, settings: Settings
) -> None:
    """One JSON document a line."""
    shelf = asyncio.run(read_shelf(out, address, settings))
    chosen = select(shelf.stories.values(), query)
    _print(msgspec.json.encode(FORMS[form](story)).decode() for story in chosen)


def _one(shelf: StoryShelf, wanted: str) -> Story:
    found = find(shelf.stories.values(), wanted)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Stop(Exit.USAGE, f"story {wanted}: there is none; `newsfold stories` lists what there is")
    several = ", ".join(story.story_id[:8] for story in found[:5])
    raise Stop(Exit.USAGE, f"story {wanted}: {len(found)} fit ({several} …); give more of it")


def _line(record: msgspec.Struct) -> str:
    return wire.encode(record).decode()


def _print(told: Iterable[str]) -> None:
    """Ends quietly when the reader of a pipe is gone."""
    try:
        for line in told:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
