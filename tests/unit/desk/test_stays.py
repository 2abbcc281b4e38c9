"""In which story an article was at a past minute, whatever order the changes of stories are read in."""

import sqlite3
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.stories import StoryMember
from services.desk.queries import past
from services.desk.store import member_rows, schema
from services.desk.store.batch import Batch
from services.desk.store.cache import Cache
from services.desk.store.moments import us

START = datetime(2026, 3, 1, tzinfo=UTC)
ARTICLES, STORIES = ("a", "b", "c"), ("s", "t", "u")
MOVE = st.tuples(st.sampled_from(ARTICLES), st.sampled_from(STORIES))
MOVES = st.lists(MOVE, max_size=12)
Step = tuple[str, int, frozenset[str]]
"""A story, the hour of its change, and its members from then on."""


def member(name: str) -> StoryMember:
    return StoryMember(
        article_id=name, version_id=name, url=f"https://{name}.example/", source=f"{name}.example",
        title=name, language="en", role="original", first_seen_at=START, words=1,
    )  # fmt: skip


def steps(moves: list[tuple[str, str]]) -> tuple[list[Step], dict[tuple[str, int], str]]:
    """What the stories tell, and where each article was at each hour."""
    told: list[Step] = []
    where: dict[str, str] = {}
    truth: dict[tuple[str, int], str] = {}
    for hour, (article, story) in enumerate(moves):
        left = where.get(article)
        where[article] = story
        members = {one: frozenset(a for a, s in where.items() if s == one) for one in (left, story) if one}
        told += [(one, hour, names) for one, names in members.items()]
        truth |= {(one, hour): where.get(one, "") for one in ARTICLES}
    return told, truth


@given(MOVES, st.lists(st.sampled_from(STORIES), max_size=40))
@settings(max_examples=60, deadline=None)
def test_an_article_is_found_in_the_story_where_it_was(
    moves: list[tuple[str, str]], order: list[str]
) -> None:
    told, truth = steps(moves)
    db = sqlite3.connect(":memory:")
    db.executescript(schema.TABLES)
    batch = Batch(db, "full", Cache())
    queues: defaultdict[str, list[Step]] = defaultdict(list)
    for step in told:
        queues[step[0]].append(step)
    for story in [*order, *(step[0] for step in told)]:
        if queues[story]:
            _, hour, names = queues[story].pop(0)
            at = us(START + timedelta(hours=hour))
            before = member_rows.members_of(batch, story)
            member_rows.put(
                batch, story, before, member_rows.member_columns([member(name) for name in sorted(names)]), at
            )
    for (article, hour), story in truth.items():
        then = START + timedelta(hours=hour, minutes=30)
        assert past.story_of(db, article, then) == story
        if story:
            now = past.story_of(db, article, None)
            assert story in past.stories_of(db, [now], then)
    db.close()
