"""Two exports against each other, kind by kind."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from services.console.compare.articles import presence_differences, role_differences, screen_differences
from services.console.compare.counting import counted_pairs
from services.console.compare.difference import Difference, Differences
from services.console.compare.exports import OPTIONAL, Export, row_of
from services.console.compare.join import join
from services.console.compare.pairs import pair_differences
from services.console.compare.records import event_differences, withdrawal_differences
from services.console.compare.stories import ComparedStory, story_differences
from services.console.export.sorted_lines import SortedLines

Row = Mapping[str, Any]
Look = Callable[[Sequence[Row], Sequence[Row]], Iterator[Difference]]


FIELDS = ("articles.jsonl", "screened.jsonl", "relations.jsonl", "stories.jsonl", "members", *OPTIONAL[:2])
"""Where rows have fields that are compared one by one."""
_TOLD_OF_STORIES = frozenset({"story_id", "headline", "lead_url", "articles", "members"})


class Comparison(NamedTuple):
    differences: Differences
    articles: Mapping[str, Row]
    """Of the examples, by address: title, source and time as the second export has them, else the first."""
    one_sided: tuple[str, ...]
    """Files, and fields of rows, that only one of the two has: they are not compared."""


def compare(one: Path, other: Path, scratch: Path, *, examples: int) -> Comparison:
    """Raises `Stop` (usage) where one is no export.

    In memory are only the stories that are not the same, and pairs that one of the two may only count.
    """
    with Export(one, scratch) as before, Export(other, scratch) as after:
        before.read()
        after.read()
        found = Differences(examples)
        for differences in _differences(before, after):
            found.add(differences)
        if "dead-letters.jsonl" not in before.without | after.without:
            for name in sorted(before.dead.keys() | after.dead.keys()):
                more = after.dead[name] - before.dead[name]
                if more:
                    found.count("dead-letters", f"{name}: {'more' if more > 0 else 'fewer'}", abs(more))
        shown = found.shown()
        titles = dict(before.titles(shown)) | dict(after.titles(shown))
        return Comparison(found, titles, tuple(_one_sided(before, after)))


def _differences(before: Export, after: Export) -> Iterator[Iterable[Difference]]:
    def fields(name: str) -> frozenset[str]:
        return frozenset(before.fields[name] & after.fields[name])

    articles = partial(presence_differences, fields=fields("articles.jsonl"))
    yield _joined(before.articles, after.articles, articles)
    yield _joined(
        before.screened, after.screened, partial(screen_differences, fields=fields("screened.jsonl"))
    )
    counted = partial(
        pair_differences,
        counted_before=counted_pairs(after.pairs, before),
        counted_after=counted_pairs(before.pairs, after),
    )
    yield _joined(before.pairs, after.pairs, counted)
    yield _joined(before.members, after.members, partial(role_differences, fields=fields("members")))
    yield story_differences(*_unlike(before.stories, after.stories, fields("stories.jsonl")))
    missing = before.without | after.without
    if "events.jsonl" not in missing:
        events = partial(event_differences, fields=fields("events.jsonl"))
        yield _joined(before.events, after.events, events)
    if "withdrawals.jsonl" not in missing:
        withdrawals = partial(withdrawal_differences, fields=fields("withdrawals.jsonl"))
        yield _joined(before.withdrawals, after.withdrawals, withdrawals)


def _one_sided(before: Export, after: Export) -> Iterator[str]:
    yield from sorted(before.without ^ after.without)
    for name in FIELDS:
        one, other = before.fields[name], after.fields[name]
        if one and other:
            yield from (f"{name.removesuffix('.jsonl')}: {field}" for field in sorted(one ^ other))


def _joined(before: SortedLines, after: SortedLines, look: Look) -> Iterator[Difference]:
    for _, one, other in join(before.pairs(), after.pairs()):
        yield from look([row_of(line) for line in one], [row_of(line) for line in other])


def _unlike(
    before: SortedLines, after: SortedLines, fields: frozenset[str]
) -> tuple[dict[str, ComparedStory], dict[str, ComparedStory]]:
    """The stories of either side that are not, with all their members, on the other side too."""
    left: dict[str, ComparedStory] = {}
    right: dict[str, ComparedStory] = {}
    for _, one, other in join(before.pairs(), after.pairs()):
        was, now = ([_story(row_of(line), fields) for line in lines] for lines in (one, other))
        if was != now:
            left |= {story.story_id: story for story in was}
            right |= {story.story_id: story for story in now}
    return left, right


def _story(row: Row, fields: frozenset[str]) -> ComparedStory:
    return ComparedStory(
        story_id=row["story_id"],
        headline=row["headline"],
        lead_url=row["lead_url"],
        articles=tuple(row["articles"]),
        first_seen_at=row["first_seen_at"],
        others={field: row.get(field) for field in fields - _TOLD_OF_STORIES},
    )
