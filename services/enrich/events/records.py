"""What is told of an event and of a storyline."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from services.contracts.events import Event, EventState, EventStory, Storyline, StorylineEvent, StorylineState
from services.enrich.events import places as places_of
from services.enrich.events.terms import terms_of_word

_TITLES_AT_HAND = 4096
_WORD = re.compile(r"\w{4,}|\d+|[A-Z]{2,}")
"""Of a headline what is no small word, as far as that shows."""


def event(state: EventState, merged_into: str = "") -> Event:
    """The event as it stands. Of one that lost its last story: as it stood before."""
    stories = state.stories
    speaker = _speaker(stories)
    places = places_of.of_event(stories)
    first = min([story.first_seen_at for story in stories])
    line = [first.date().isoformat(), *places[:1], speaker.title]
    return Event(
        event_id=state.event_id,
        revision=state.revision,
        title=speaker.title,
        stories=tuple([story.story_id for story in stories]),
        articles=_articles(stories),
        first_seen_at=first,
        last_seen_at=max([story.last_seen_at for story in stories]),
        places=places,
        line=" · ".join(filter(None, line)),
        storyline_id=state.storyline_id,
        merged_into=merged_into,
        closed=all(story.closed for story in stories),
        split_from=state.split_from,
    )


def storyline(state: StorylineState, events: Sequence[Event]) -> Storyline:
    """Of its events, in the order in which they were founded."""
    told = list(map(_of_storyline, events))
    if len(told) > 1:
        told.sort(key=lambda one: (one.first_seen_at, one.event_id))
    widest = max(told, key=lambda e: len(e.articles))
    return Storyline(
        storyline_id=state.storyline_id,
        revision=state.revision,
        title=widest.title,
        events=tuple(told),
        articles=tuple(dict.fromkeys([url for one in told for url in one.articles])),
        first_seen_at=told[0].first_seen_at,
        last_seen_at=max([one.last_seen_at for one in told]),
        closed=all(one.closed for one in events),
    )


def _of_storyline(one: Event) -> StorylineEvent:
    return StorylineEvent(
        event_id=one.event_id,
        title=one.title,
        line=one.line,
        stories=one.stories,
        articles=one.articles,
        first_seen_at=one.first_seen_at,
        last_seen_at=one.last_seen_at,
    )


def _speaker(stories: Sequence[EventStory]) -> EventStory:
    """The story whose headline says most of what the headlines of the articles say; of several the earliest.

    One that has strayed in says what no other does.
    """
    if len(stories) == 1:
        return stories[0]
    said = [_said(story.title) for story in stories]
    common: Counter[str] = Counter()
    for terms, story in zip(said, stories, strict=True):
        for term in terms:
            common[term] += len(story.articles)
    scores = [sum(common[term] for term in terms) ** 2 // max(1, len(terms)) for terms in said]
    return stories[scores.index(max(scores))]


@lru_cache(maxsize=_TITLES_AT_HAND)
def _said(title: str) -> frozenset[str]:
    return frozenset(term for word in _WORD.findall(title) for term in terms_of_word(word))


def _articles(stories: Iterable[EventStory]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([url for story in stories for url in story.articles]))
