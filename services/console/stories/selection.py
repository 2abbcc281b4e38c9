"""Which stories are asked for, and in what order. Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from services.contracts.stories import Story

Order = Literal["spread", "velocity", "new"]


class StoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Empty fields ask for nothing."""

    language: str = ""
    agency: str = ""
    outlet: str = ""
    name: str = ""
    by: Order = "spread"
    most: int = 20

    def fits(self, story: Story) -> bool:
        agencies = {*story.agencies, *(agency for member in story.members for agency in member.inferred)}
        return (
            (not self.language or self.language.lower() in story.languages)
            and (not self.agency or self.agency.lower() in agencies)
            and (not self.outlet or any(self.outlet.lower() in source.lower() for source in story.sources))
            and (not self.name or _names(story, self.name.casefold()))
        )


def select(stories: Iterable[Story], query: StoryQuery) -> list[Story]:
    """Those that fit, the first in the order asked for first; ties go to the later, then by id."""
    found = [story for story in stories if query.fits(story)]
    found.sort(key=lambda story: story.story_id)
    found.sort(key=lambda story: (_weight(story, query.by), story.last_seen_at), reverse=True)
    return found[: query.most]


def find(stories: Iterable[Story], wanted: str) -> list[Story]:
    """By id, the beginning of one, or a part of a member's address."""
    return [
        story
        for story in stories
        if story.story_id.startswith(wanted) or any(wanted in url for url in story.articles)
    ]


def _names(story: Story, wanted: str) -> bool:
    return any(
        wanted in spelling.casefold() for name in story.names for spelling in (name.name, *name.variants)
    )


def _weight(story: Story, by: Order) -> tuple[float, ...]:
    pickup = story.pickup
    if pickup is None or by == "new":
        return (story.first_seen_at.timestamp(),) if by == "new" else (len(story.sources), 0)
    if by == "velocity":
        return (pickup.velocity, pickup.outlets)
    return (pickup.outlets, pickup.articles)
