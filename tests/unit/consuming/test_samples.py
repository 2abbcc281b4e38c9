"""What a newsroom's reader holds is what Newsfold means, whatever repeats, ends or was compacted away."""

from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from services.contracts import wire
from services.contracts.clusters import Change
from services.contracts.stories import StoryChange
from services.stream.bus import Output
from tests.unit.consuming import samples
from tests.unit.consuming.samples import Step, clusters, on, published, revisions, standing

STORIES = samples.sample("follow_stories")
CHANGES = samples.sample("follow_changes")
Table = dict[str, dict[str, Any]]

steps = st.tuples(
    st.sampled_from([change for change in get_args(Change) if change != "split"]),
    st.integers(0, 20),
    st.integers(0, 20),
)
histories = st.lists(steps, max_size=25)


def table_of(records: list[Output]) -> Table:
    table: Table = {}
    for record in records:
        STORIES.put(table, record.key, record.value)
    return table


def changes_of(records: list[Output]) -> list[StoryChange]:
    return [wire.decode(StoryChange, record.value or b"") for record in records]


@given(histories)
def test_the_table_holds_every_story_that_stands_at_its_last_revision(history: list[Step]) -> None:
    told = clusters(history)
    assert revisions(table_of(on("stories", published(told)))) == standing(told)


@given(histories)
def test_replaying_the_changes_rebuilds_the_table(history: list[Step]) -> None:
    outputs = published(clusters(history))
    rebuilt = {}
    for change in changes_of(on("story-changes", outputs)):
        rebuilt[change.story_id] = change.story
        if change.story.merged_into:
            del rebuilt[change.story_id]
    table = table_of(on("stories", outputs))
    assert {name: story.revision for name, story in rebuilt.items()} == revisions(table)


@given(histories, st.integers(0, 60))
def test_records_that_come_again_leave_the_table_as_it_was(history: list[Step], start: int) -> None:
    records = on("stories", published(clusters(history)))
    assert table_of(records + records[start:]) == table_of(records)
    assert table_of(records * 2) == table_of(records)


@given(histories)
def test_a_reader_who_comes_after_compaction_has_the_same_table(history: list[Step]) -> None:
    records = on("stories", published(clusters(history)))
    last = {record.key: offset for offset, record in enumerate(records)}
    compacted = [record for offset, record in enumerate(records) if last[record.key] == offset]
    assert table_of(compacted) == table_of(records)
    assert table_of([record for record in compacted if record.value is not None]) == table_of(records)


@given(histories, st.integers(0, 60))
def test_a_change_that_comes_again_is_not_acted_upon_again(history: list[Step], start: int) -> None:
    changes = [
        {"story_id": change.story_id, "revision": change.revision}
        for change in changes_of(on("story-changes", published(clusters(history))))
    ]
    done: dict[str, int] = {}
    assert [CHANGES.is_new(done, change) for change in changes] == [True] * len(changes)
    assert not any(CHANGES.is_new(done, change) for change in changes[start:])


def test_the_history_of_the_other_tests_has_a_story_that_ends_and_one_that_closes() -> None:
    told = clusters(samples.HISTORY)
    assert any(cluster.merged_into for cluster in told)
    assert {"created", "grew", "merged", "updated", "closed"} <= {cluster.change for cluster in told}
    assert len(standing(told)) == 3
