"""Stories and their changes from a replay's directory or a log."""

from pathlib import Path

import msgspec

from services.console.addresses import bus_at, parse, shared
from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.stories import Story, StoryChange
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus


class StoryShelf(msgspec.Struct):
    """What stands, and how it came about."""

    stories: dict[str, Story] = msgspec.field(default_factory=dict)
    changes: dict[str, list[StoryChange]] = msgspec.field(default_factory=dict)


async def read_shelf(
    out: Path | None, address: str | None, settings: Settings, *, changes: bool = False
) -> StoryShelf:
    """`changes`: also how the stories came about. Raises `Stop` (usage)."""
    if out is not None and address is not None:
        raise Stop(Exit.USAGE, "--out and --bus are two places to look in: name one of them")
    if out is not None:
        return _of_directory(out, changes=changes)
    bus = bus_at(shared(parse(address or settings.bus.url)), settings)
    await bus.start()
    try:
        return await _of_bus(bus, changes=changes)
    finally:
        await bus.close()


def _of_directory(out: Path, *, changes: bool) -> StoryShelf:
    file = out / "stories.jsonl"
    if not file.is_file():
        raise Stop(Exit.USAGE, f"{out}: there is no stories.jsonl; name the --out directory of a replay")
    shelf = StoryShelf()
    decode = msgspec.json.Decoder(Story).decode
    with file.open("rb") as lines:
        for line in lines:
            story = decode(line)
            shelf.stories[story.story_id] = story
    if changes:
        told = msgspec.json.Decoder(StoryChange).decode
        with (out / "story-changes.jsonl").open("rb") as lines:
            for line in lines:
                _add(shelf, told(line))
    return shelf


async def _of_bus(bus: Bus, *, changes: bool) -> StoryShelf:
    shelf = StoryShelf()
    async for record in scan(bus, "stories"):
        if record.value is None:
            shelf.stories.pop((record.key or b"").decode(), None)
        elif is_a(record, Story):
            story = wire.decode(Story, record.value)
            shelf.stories[story.story_id] = story
    if changes:
        async for record in scan(bus, "story-changes"):
            if record.value is not None and is_a(record, StoryChange):
                _add(shelf, wire.decode(StoryChange, record.value))
    return shelf


def _add(shelf: StoryShelf, change: StoryChange) -> None:
    shelf.changes.setdefault(change.story_id, []).append(change)
