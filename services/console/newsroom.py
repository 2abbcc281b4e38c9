"""The table a newsroom looks at: who had a story first, who copied, who rewrote, what was updated."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from services.contracts.stories import Role, Story, StoryMember

SHOWN = 50
_STORY = msgspec.json.Decoder(Story)


def read_stories(file: Path) -> Iterator[Story]:
    """Stories of an export, one at a time."""
    with file.open("rb") as rows:
        for row in rows:
            yield _STORY.decode(row)


def largest(stories: Iterable[Story], count: int = SHOWN) -> list[Story]:
    """The stories of more than one article or version, the most told first, then the earliest."""
    told = (story for story in stories if len(story.members) > 1 or _versions(story) > 1)
    return heapq.nsmallest(count, told, key=_rank)


def _rank(story: Story) -> tuple[int, datetime, str]:
    return -len(story.members), story.first_seen_at, story.story_id


def stories_table(stories: Iterable[Story]) -> Table:
    table = Table(title="Stories", title_justify="left", show_lines=True, expand=True)
    table.add_column("headline", ratio=5)
    table.add_column("articles", justify="right", min_width=8)
    table.add_column("versions", justify="right", min_width=8)
    for title in ("first", "copied by", "rewritten by", "updated"):
        table.add_column(title, ratio=3)
    for story in stories:
        table.add_row(
            _plain(story.headline),
            str(len(story.members)),
            str(_versions(story)),
            _first(story),
            _who(story, "copy", "duplicate"),
            _who(story, "rewrite"),
            _updates(story),
        )
    return table


def _versions(story: Story) -> int:
    return sum(member.versions for member in story.members)


def _first(story: Story) -> Text:
    original = next((member for member in story.members if member.role == "original"), None)
    if original is None:
        return Text()
    credit = f" ({', '.join(original.agencies)})" if original.agencies else ""
    return _plain(f"{original.source}{credit}\n{_when(original)}")


def _who(story: Story, *roles: Role) -> Text:
    """Each source once, in order of first sight, with how often where it is more than once."""
    counts: dict[str, int] = {}
    for member in story.members:
        if member.role in roles:
            counts[member.source] = counts.get(member.source, 0) + 1
    return _plain("\n".join(name if number == 1 else f"{name} ({number})" for name, number in counts.items()))


def _updates(story: Story) -> Text:
    notes = []
    for member in story.members:
        if member.role in {"update", "correction"}:
            corrected = " corrected" if member.role == "correction" else ""
            notes.append(f"{member.source} {_when(member)}{corrected}")
        if member.versions > 1:
            notes.append(f"{member.source}: {member.versions} versions")
    return _plain("\n".join(notes))


def _when(member: StoryMember) -> str:
    return member.first_seen_at.strftime("%Y-%m-%d %H:%M")


def _plain(text: str) -> Text:
    """Copy from strangers: no markup, no control characters."""
    return Text("".join(char for char in text if char.isprintable() or char == "\n"))
