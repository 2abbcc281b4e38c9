"""Two exports against each other, kind by kind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from services.console.compare.articles import presence_differences, role_differences, screen_differences
from services.console.compare.difference import Difference, Differences
from services.console.compare.exports import Export, row_of
from services.console.compare.join import join
from services.console.compare.pairs import pair_differences
from services.console.compare.stories import ComparedStory, story_differences
from services.console.export.sorted_lines import SortedLines

Row = Mapping[str, Any]
Look = Callable[[Sequence[Row], Sequence[Row]], Iterator[Difference]]


class Comparison(NamedTuple):
    differences: Differences
    articles: Mapping[str, Row]
    """Of the examples, by address: title, source and time as the second export has them, else the first."""


def compare(one: Path, other: Path, scratch: Path, *, examples: int) -> Comparison:
    """Raises `Stop` (usage) where one is no export. In memory are only the stories that are not the same."""
    with Export(one, scratch) as before, Export(other, scratch) as after:
        before.read()
        after.read()
        found = Differences(examples)
        found.add(_joined(before.articles, after.articles, presence_differences))
        found.add(_joined(before.screened, after.screened, screen_differences))
        found.add(_joined(before.pairs, after.pairs, pair_differences))
        found.add(_joined(before.members, after.members, role_differences))
        found.add(story_differences(*_unlike(before.stories, after.stories)))
        for name in sorted(before.dead.keys() | after.dead.keys()):
            more = after.dead[name] - before.dead[name]
            if more:
                found.count("dead-letters", f"{name}: {'more' if more > 0 else 'fewer'}", abs(more))
        shown = found.shown()
        return Comparison(found, dict(before.titles(shown)) | dict(after.titles(shown)))


def _joined(before: SortedLines, after: SortedLines, look: Look) -> Iterator[Difference]:
    for _, one, other in join(before.pairs(), after.pairs()):
        yield from look([row_of(line) for line in one], [row_of(line) for line in other])


def _unlike(
    before: SortedLines, after: SortedLines
) -> tuple[dict[str, ComparedStory], dict[str, ComparedStory]]:
    """The stories of either side that are not, with all their members, on the other side too."""
    left: dict[str, ComparedStory] = {}
    right: dict[str, ComparedStory] = {}
    for _, one, other in join(before.pairs(), after.pairs()):
        was, now = ([_story(row_of(line)) for line in lines] for lines in (one, other))
        if was != now:
            left |= {story.story_id: story for story in was}
            right |= {story.story_id: story for story in now}
    return left, right


def _story(row: Row) -> ComparedStory:
    return ComparedStory(
        story_id=row["story_id"],
        headline=row["headline"],
        lead_url=row["lead_url"],
        articles=tuple(row["articles"]),
        first_seen_at=row["first_seen_at"],
    )
