"""A story on one short line, for chats, tickers and lists."""

from typing import Any

from services.contracts.stories import Story

_FIGURES = 3
_NAMES = 5


def compact(story: Story) -> dict[str, Any]:
    """What it is, who had it, how far it went, what the numbers say now."""
    origin, pickup = story.origin, story.pickup
    return {
        "id": story.story_id,
        "rev": story.revision,
        "headline": story.headline,
        "url": story.lead_url,
        "lang": list(story.languages),
        "origin": origin.name if origin else "",
        "sure": origin.sure if origin else "undecided",
        "agencies": list(story.agencies),
        "articles": pickup.articles if pickup else len(story.members),
        "outlets": pickup.outlets if pickup else len(story.sources),
        "independent": pickup.independent if pickup else 0,
        "first": story.first_seen_at.isoformat(),
        "last": story.last_seen_at.isoformat(),
        "names": [name.name for name in story.names[:_NAMES]],
        "figures": [line.points[-1].figure.text for line in story.figures[:_FIGURES]],
        "states": [one.state for one in story.states],
    }
