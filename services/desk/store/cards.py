"""A story as lists show it, made once when it changes. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from services.contracts.stories import Story, StoryMember
from services.desk.views.rows import CopyRow, Spread, StoryRow
from services.enrich.subjects import subject_name

MOST_FOLDED = 5
MOST_OUTLETS = 12
BINS = 12


def spread(story: Story) -> Spread:
    """As the record says; of one written before records said it, by its members."""
    if story.pickup is not None:
        pickup = story.pickup
        return Spread(
            articles=pickup.articles,
            outlets=pickup.outlets,
            texts=pickup.independent,
            copies=pickup.copies,
        )
    reports = [member for member in story.members if member.role != "withdrawal"]
    roles = Counter(member.role for member in reports)
    return Spread(
        articles=len(reports),
        outlets=len({member.source for member in reports}),
        texts=roles["original"] + roles["rewrite"],
        copies=roles["copy"] + roles["duplicate"],
    )


def card(story: Story) -> StoryRow:
    sources = list(dict.fromkeys(member.source for member in story.members)) or list(story.sources)
    origin = story.origin
    further = story.members[1 : MOST_FOLDED + 1]
    return StoryRow(
        story_id=story.story_id,
        revision=story.revision,
        headline=story.headline,
        lead=story.lead,
        lead_url=story.lead_url,
        language=story.languages[0] if story.languages else "und",
        spread=spread(story),
        first_seen_at=story.first_seen_at,
        last_seen_at=story.last_seen_at,
        velocity=story.pickup.velocity if story.pickup else 0.0,
        origin=origin.name if origin else "",
        origin_kind=origin.kind if origin else "",
        origin_sure=origin.sure if origin else "undecided",
        agencies=story.agencies,
        outlets=tuple(sources[:MOST_OUTLETS]),
        states=states(story),
        subjects=subject_names(story),
        spark=spark([member.first_seen_at for member in story.members]),
        folded=tuple(copy_row(member, story.first_seen_at) for member in further),
        more=max(0, len(story.members) - 1 - len(further)),
    )


def subject_names(story: Story) -> tuple[str, ...]:
    """A code that has no name here, since a later release wrote it, stands for itself."""
    return tuple(map(_subject_name, story.subjects))


def _subject_name(code: str) -> str:
    try:
        return subject_name(code)
    except KeyError:
        return code


def copy_row(member: StoryMember, first: datetime) -> CopyRow:
    return CopyRow(
        article_id=member.article_id,
        version_id=member.version_id,
        url=member.url,
        source=member.source,
        title=member.title,
        role=member.role,
        first_seen_at=member.first_seen_at,
        after_s=max(0, int((member.first_seen_at - first).total_seconds())),
    )


def states(story: Story) -> tuple[str, ...]:
    said: set[str] = {state.state for state in story.states}
    if story.withdrawn:
        said.add("withdrawn")
    if story.closed:
        said.add("closed")
    if any(member.versions > 1 or member.role == "update" for member in story.members):
        said.add("updated")
    order = ("withdrawn", "corrected", "updated", "merged", "split", "closed")
    return tuple(one for one in order if one in said)


def spark(seen: Sequence[datetime]) -> tuple[int, ...]:
    """Articles by twelfths of the time from first to last; none where that is no time."""
    if len(seen) < 2:
        return ()
    first, span = min(seen), (max(seen) - min(seen)).total_seconds()
    if not span:
        return ()
    bins = [0] * BINS
    for at in seen:
        bins[min(BINS - 1, int((at - first).total_seconds() / span * BINS))] += 1
    return tuple(bins)
