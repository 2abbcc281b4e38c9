"""Where a happening is: by where its reports name a place, how often, and in how many of them.

The place of a happening stands in headlines and first paragraphs. What is named once further down is passing,
and where copy was sent from is no more than that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from services.contracts.events import EventStory
from services.contracts.facts import Facts, Name

HEADLINE, LEAD = 3, 2
"""What it counts that a place stands there, in uses anywhere."""
MOST_USES = 3
MOST_OF_A_STORY, MOST = 4, 3
"""Places that are remembered of a story, and that are told of an event."""
PASSING = 1
"""What the stories of an event count on average for a place that is named in passing: up to that it is none
of the happening. Nor is one that …
"""
FEWEST_STORIES = 3
"""… fewer than every third story names: it is where one that strayed in happened."""
_UNWEIGHED = 2
"""What a place counts of a story that was remembered without its weights."""


def of_story(said: Iterable[tuple[str, Facts]]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Of a story by the headlines and facts of its articles, which are copies: the places, those that count
    the most first, and what each counts.
    """
    counts: dict[str, int] = {}
    for title, facts in said:
        for place, count in _of_article(title, facts):
            counts[place] = max(count, counts.get(place, 0))
    places = sorted(counts, key=counts.__getitem__, reverse=True)[:MOST_OF_A_STORY]
    return tuple(places), tuple([counts[place] for place in places])


def of_event(stories: Sequence[EventStory]) -> tuple[str, ...]:
    counts: defaultdict[str, int] = defaultdict(int)
    named: defaultdict[str, int] = defaultdict(int)
    for story in stories:
        weights = story.place_weights or (_UNWEIGHED,) * len(story.places)
        for place, weight in zip(story.places, weights, strict=True):
            counts[place] += weight
            named[place] += 1
    told = [
        place
        for place, count in counts.items()
        if count > PASSING * len(stories) and FEWEST_STORIES * named[place] >= len(stories)
    ]
    return tuple(sorted(told, key=counts.__getitem__, reverse=True)[:MOST])


def _of_article(title: str, facts: Facts) -> Iterator[tuple[str, int]]:
    if facts.dateline:
        yield facts.dateline, 1
    for name in facts.names:
        if name.kind in ("place", "country"):
            uses = min(name.count, MOST_USES)
            yield name.name, uses + HEADLINE * _stands(name, title) + LEAD * _stands(name, facts.lead)


def _stands(name: Name, text: str) -> bool:
    return any(_is_word(form, text) for form in (name.name, *name.variants))


def _is_word(form: str, text: str) -> bool:
    """Whether it stands there, and not within a longer word; a genitive is none."""
    at = text.find(form)
    while at >= 0:
        behind = text[at + len(form) : at + len(form) + 2]
        if not _is_letter(text[at - 1 : at]) and not _is_letter(behind.removeprefix("s")[:1]):
            return True
        at = text.find(form, at + 1)
    return False


def _is_letter(sign: str) -> bool:
    """Of a script that puts blanks between words."""
    return sign.islower() or sign.isupper()
