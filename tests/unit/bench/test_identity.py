from collections.abc import Sequence
from typing import Any

import msgspec

from bench.quality.identity import moves, rebuilt
from services.contracts.clusters import Change
from services.contracts.stories import Story, StoryChange
from tests.unit.dedup.pieces import START


def change(kind: Change, story: str, revision: int, urls: Sequence[str], **fields: Any) -> StoryChange:
    told = Story(
        story_id=story,
        revision=revision,
        headline="",
        lead_url="",
        articles=tuple(urls),
        first_seen_at=START,
        last_seen_at=START,
        **fields,
    )
    return StoryChange(
        story_id=story, revision=revision, change=kind, at=START, article_id="", article_url="", story=told
    )


MERGE = [
    change("created", "s", 1, ["a"]),
    change("created", "t", 1, ["b"]),
    change("merged", "t", 2, ["b"], merged_into="s"),
    change("merged", "s", 2, ["a", "b"], merged_from=("t",)),
]


def test_an_article_that_is_merged_into_another_story_has_moved_with_a_record() -> None:
    assert moves(MERGE) == (2, 1, 0)
    assert moves(MERGE).kept == 0.5


def test_a_move_that_nothing_tells_of_is_counted() -> None:
    silent = [change("created", "s", 1, ["a"]), change("grew", "t", 1, ["a", "b"])]
    assert moves(silent).unexplained == 1


def test_an_article_that_leaves_and_founds_its_own_story_is_told_by_the_split() -> None:
    split = [
        change("created", "s", 1, ["a", "b"]),
        change("split", "s", 2, ["a"], split_into=("t",)),
        change("created", "t", 1, ["b"], split_from="s"),
    ]
    assert moves(split) == (2, 1, 0)


def test_the_stories_that_stand_are_rebuilt_from_their_changes() -> None:
    lines = rebuilt(MERGE).splitlines()
    assert [msgspec.json.decode(line, type=Story) for line in lines] == [MERGE[-1].story]
    assert b'"closed":false' in lines[0], "files hold every field, also those at their default"
