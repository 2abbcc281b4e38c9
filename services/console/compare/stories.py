"""Stories of two exports, matched by their members: an id is the name of a founder, who may have changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from services.console.compare.difference import Difference
from services.console.compare.fields import field_differences


class ComparedStory(NamedTuple):
    story_id: str
    headline: str
    lead_url: str
    articles: tuple[str, ...]
    first_seen_at: str
    others: Mapping[str, Any] = {}
    """Fields of which there is no more to say than that they differ."""


Stories = Mapping[str, ComparedStory]
Shared = Mapping[str, Counter[str]]
"""By the id of a story, with which stories of the other side it shares how many articles."""


def story_differences(before: Stories, after: Stories) -> Iterator[Difference]:
    """Of stories by id; one that is the same on both sides may be left out."""
    forth = _shared(before, after)
    back = _shared(after, before)
    matches = _matches(forth)
    merged = [before[story_id] for story_id in before.keys() - matches.keys()]
    split = [after[story_id] for story_id in after.keys() - set(matches.values())]
    moved = frozenset((*_whole(merged, forth), *_whole(split, back)))
    for story_id, other_id in matches.items():
        yield from _of_match(before[story_id], after[other_id], moved)
    for story in merged:
        yield _of_one(story, "merged", "gone", after, forth[story.story_id])
    for story in split:
        yield _of_one(story, "split", "new", before, back[story.story_id])


def _whole(stories: Iterable[ComparedStory], shared: Shared) -> Iterator[str]:
    """The articles of those that went, or came, whole from one story."""
    for story in stories:
        if [*shared[story.story_id].values()] == [len(story.articles)]:
            yield from story.articles


def _shared(stories: Stories, others: Stories) -> Shared:
    homes = {url: story.story_id for story in others.values() for url in story.articles}
    shared: dict[str, Counter[str]] = defaultdict(Counter)
    for story in stories.values():
        shared[story.story_id].update(homes[url] for url in story.articles if url in homes)
    return shared


def _matches(shared: Shared) -> dict[str, str]:
    """One to one: those with most articles in common first, of equal ones those that kept their id."""
    ranked = sorted(
        (-count, one != other, one, other)
        for one, counts in shared.items()
        for other, count in counts.items()
    )
    matches: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, one, other in ranked:
        if one not in matches and other not in taken:
            matches[one] = other
            taken.add(other)
    return matches


def _of_match(one: ComparedStory, other: ComparedStory, moved: frozenset[str]) -> Iterator[Difference]:
    """`moved`: articles whose coming and going is told with a story that was merged or split off."""
    mine, theirs = set(one.articles), set(other.articles)
    lost, got = mine - theirs - moved, theirs - mine - moved
    if lost and got:
        yield _told(other, "exchanged", "both", f"{_named(lost, 'lost')}; {_named(got, 'got')}")
    elif got:
        yield _told(other, "grew", _number(got), _named(got, "got"))
    elif lost:
        yield _told(other, "shrank", _number(lost), _named(lost, "lost"))
    elif mine == theirs and one.story_id != other.story_id:
        yield _told(other, "renamed", "id", f"{one.story_id} → {other.story_id}")
    if one.lead_url != other.lead_url:
        yield _told(other, "lead", "lead", f"{one.lead_url} → {other.lead_url}")
    elif one.headline != other.headline:
        yield _told(other, "lead", "headline", f"{one.headline} → {other.headline}")
    if mine == theirs:
        for field, detail in field_differences(one.others, other.others, one.others.keys()):
            yield _told(other, "story-field", field, detail)


def _of_one(
    story: ComparedStory, moved: str, alone: str, others: Stories, shared: Mapping[str, int]
) -> Difference:
    """A story without a match; most of what is elsewhere is in one story of `others`."""
    if not shared:
        return _told(story, alone, _size(story), "")
    home = others[min(shared, key=lambda other: (-shared[other], other))]
    place = "was in" if moved == "split" else "is in"
    there = shared[home.story_id]
    part = f" ({there} of its {len(story.articles)} articles)" if there < len(story.articles) else ""
    return _told(story, moved, _size(story), f"{place}: {home.headline}{part}")


def _size(story: ComparedStory) -> str:
    return "of several articles" if len(story.articles) > 1 else "of one article"


def _number(urls: set[str]) -> str:
    return "by one article" if len(urls) == 1 else "by several articles"


def _named(urls: set[str], how: str) -> str:
    first, *rest = sorted(urls)
    return f"{how} {first}" + (f" and {len(rest)} more" if rest else "")


def _told(story: ComparedStory, kind: str, what: str, detail: str) -> Difference:
    return Difference(story.first_seen_at, story.articles, kind, what, detail)
