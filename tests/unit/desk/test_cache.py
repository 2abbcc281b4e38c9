"""A cache changes nothing but the time: with it, all is written that is written without."""

import sqlite3
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts import wire
from services.contracts.stories import Story, StoryChange
from services.desk.store import intake, schema
from services.desk.store.cache import Cache
from services.stream.bus import Partition, Record
from services.stream.clock import microseconds
from tests.unit.desk.test_stays import MOVE, START, STORIES, member, steps

TABLES = ("story", "state", "member", "stay", "outlet", "change")


def records(moves: list[tuple[str, str]], ends: list[str]) -> list[Record]:
    """Changes of stories; then, of some, that they were lost."""
    told, revisions = [], dict.fromkeys(STORIES, 0)
    for place, (story_id, hour, names) in enumerate(steps(moves)[0]):
        revisions[story_id] += 1
        at = START.replace(hour=hour)
        story = Story(
            story_id=story_id, revision=revisions[story_id], headline=story_id, lead_url="",
            members=tuple(member(name) for name in sorted(names)), first_seen_at=at, last_seen_at=at,
        )  # fmt: skip
        change = StoryChange(
            story_id=story_id, revision=story.revision, at=at, change="grew", article_id="", article_url="",
            story=story,
        )  # fmt: skip
        headers = (("ce_type", wire.ce_type(StoryChange).encode()),)
        value = wire.encode(change)
        told.append(Record(Partition("story-changes", 0), place, b"", value, headers, microseconds(at)))
    middle = len(told) // 2
    lost = [Record(Partition("stories", 0), n, one.encode(), None, (), 0) for n, one in enumerate(ends)]
    return [*told[:middle], *lost, *told[middle:]]


def content(told: list[Record], cache: Cache | None) -> list[list[tuple[object, ...]]]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(schema.TABLES)
    for record in told:
        intake.take(db, [record], "full", cache)
    found = [db.execute(f"select * from {table} order by 1, 2, 3").fetchall() for table in TABLES]
    db.close()
    return found


@given(
    st.lists(MOVE, min_size=3, max_size=10),
    st.lists(st.sampled_from(STORIES), max_size=1),
    st.randoms(use_true_random=True),
)
@settings(max_examples=25, deadline=None)
def test_with_a_cache_the_same_is_written(
    moves: list[tuple[str, str]], ends: list[str], chance: Random
) -> None:
    told = records(moves, ends)
    for _ in range(3):  # in order, and in none
        assert content(told, Cache()) == content(told, None)
        chance.shuffle(told)
