"""Do story ids hold, and is the log of changes the whole truth about the stories?"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from services.contracts.stories import Story, StoryChange


class Moves(NamedTuple):
    """What became of the articles' first story ids."""

    articles: int
    moved: int
    """Articles that stood under another id later."""
    unexplained: int
    """Moves without a merge or split that names both ids."""

    @property
    def kept(self) -> float:
        return 1 - self.moved / max(1, self.articles)


def moves(changes: Iterable[StoryChange]) -> Moves:
    """`changes` in the order they were published."""
    home: dict[str, str] = {}
    moved: set[str] = set()
    unexplained = 0
    for change in changes:
        if change.story.merged_into:
            continue
        for url in change.story.articles:
            before = home.setdefault(url, change.story_id)
            if before != change.story_id:
                home[url] = change.story_id
                moved.add(url)
                unexplained += not _explains(change, before)
    return Moves(len(home), len(moved), unexplained)


def _explains(change: StoryChange, before: str) -> bool:
    return before in change.story.merged_from or before == change.story.split_from


def rebuilt(changes: Iterable[StoryChange]) -> bytes:
    """The file of stories from the changes alone."""
    standing: dict[str, Story] = {}
    for change in changes:
        if change.story.merged_into:
            standing.pop(change.story_id, None)
        else:
            standing[change.story_id] = change.story
    ordered = sorted(standing.values(), key=lambda story: (story.first_seen_at, story.story_id))
    return b"".join(msgspec.json.encode(msgspec.structs.asdict(story)) + b"\n" for story in ordered)
