"""The table a newsroom looks at: who had a story first, who copied, who rewrote, what was updated."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from services.console.export.tally import Tally
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
    """Headline, size, and who did what; readable at 80 columns."""
    table = Table(title="Stories", title_justify="left", show_lines=True, expand=True)
    table.add_column("story", ratio=3)
    table.add_column("articles", justify="right", min_width=8)
    table.add_column("versions", justify="right", min_width=8)
    table.add_column("who", ratio=5)
    for story in stories:
        table.add_row(
            _plain(story.headline), str(len(story.members)), str(_versions(story)), _parts_played(story)
        )
    return table


def _parts_played(story: Story) -> Table:
    """One line a part: first, copied, again (by the same publisher), rewrote, updated."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    parts = {
        "first": _original_line(story),
        "copied": _sources(story, "copy"),
        "again": _sources(story, "duplicate"),
        "rewrote": _sources(story, "rewrite"),
        "updated": _updates(story),
    }
    for name, text in parts.items():
        if text:
            grid.add_row(name, _plain(text))
    return grid


def _versions(story: Story) -> int:
    return sum(member.versions for member in story.members)


def _original_line(story: Story) -> str:
    original = next((member for member in story.members if member.role == "original"), None)
    if original is None:
        return ""
    credit = f" ({', '.join(original.agencies)})" if original.agencies else ""
    return f"{original.source}{credit}, {_when(original)}"


def _sources(story: Story, *roles: Role) -> str:
    """Each source once, in order of first sight, with how often where it is more than once."""
    counts: dict[str, int] = {}
    for member in story.members:
        if member.role in roles:
            counts[member.source] = counts.get(member.source, 0) + 1
    return ", ".join(name if number == 1 else f"{name} ({number})" for name, number in counts.items())


def _updates(story: Story) -> str:
    notes = []
    for member in story.members:
        if member.role in {"update", "correction"}:
            corrected = " (correction)" if member.role == "correction" else ""
            notes.append(f"{member.source}, {_when(member)}{corrected}")
        if member.versions > 1:
            notes.append(f"{member.source} changed its text, {member.versions} versions")
    return "\n".join(notes)


def _when(member: StoryMember) -> str:
    return member.first_seen_at.strftime("%Y-%m-%d %H:%M")


def _plain(text: str) -> Text:
    """Copy from strangers: no markup, no control characters."""
    return Text("".join(char for char in text if char.isprintable() or char == "\n"))


def why_empty(tally: Tally) -> Iterator[str]:
    """Why there is no story to show."""
    yield "No story to show: none has a second article or a second version."
    screened = tally.screened.total()
    if not tally.articles:
        yield "  No input gave an article; the table below says what became of it."
    if screened:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in tally.screened.most_common())
        yield f"  {screened:,} of {tally.articles:,} articles were kept out of matching: {reasons}."
        yield "  Each is in screened.jsonl with the numbers that decided."
    if tally.stories:
        yield f"  Stories of one article each, in stories.jsonl: {tally.stories:,}."


def rest(shared: int, shown: int) -> str:
    """What the table leaves out, in words."""
    left = max(0, shared - shown)
    return f"… and {left:,} more stories of several articles in stories.jsonl" if left else ""
