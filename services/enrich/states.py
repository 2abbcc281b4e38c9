"""What befell a story and its members, with time and note."""

from collections.abc import Iterator

from services.contracts.clusters import Cluster
from services.contracts.stories import StoryState


def states(cluster: Cluster) -> tuple[StoryState, ...]:
    """In order of time."""
    return tuple(sorted(_all(cluster), key=lambda state: (state.at, state.state, state.url, state.note)))


def _all(cluster: Cluster) -> Iterator[StoryState]:
    for member in cluster.members:
        if member.withdrawn_at:
            yield StoryState(
                state="withdrawn", at=member.withdrawn_at, url=member.url, note=member.withdrawn_note
            )
        if member.correction or member.correction_note:
            yield StoryState(
                state="corrected",
                at=member.version_seen_at,
                url=member.url,
                note=member.correction_note,
            )
    for turn in cluster.turns:
        yield StoryState(
            state="split" if turn.change == "split" else "merged", at=turn.at, note=turn.story_id
        )
