import msgspec
import pytest

from services.contracts import wire
from services.contracts.canaries import CanaryCluster
from services.contracts.clusters import Cluster
from services.contracts.events import Event, Storyline
from services.contracts.stories import Story, StoryChange
from services.enrich.service import EnrichService, EnrichTask
from services.stream.bus import Output, Partition, Record
from services.stream.service import Poison
from tests.unit.enrich.events import happenings
from tests.unit.enrich.members import at, cluster, member

ORIGINAL, COPY = member("a"), member("b", 1, kind="syndicated", of="a")


def record(value: Cluster | bytes | None, offset: int = 0) -> Record:
    encoded = wire.encode(value) if isinstance(value, Cluster) else value
    return Record(Partition("clusters", 2), offset, b"story", encoded, (), 0)


def topics(outputs: list[Output]) -> list[tuple[str, bool]]:
    """Topic, and whether it is a tombstone, but for the changelog."""
    return [(output.partition.topic, output.value is None) for output in public(outputs)]


def public(outputs: list[Output]) -> list[Output]:
    return [output for output in outputs if output.partition.topic != "enrich-state"]


ALL = [("story-changes", False), ("stories", False), ("events", False), ("storylines", False)]


def test_a_cluster_becomes_a_change_a_story_an_event_and_a_storyline() -> None:
    step = EnrichTask(2).step([record(cluster(ORIGINAL))])
    assert topics(step.outputs) == ALL
    assert (step.outcomes, step.consumed) == ({"published": 1}, None)
    for output, kind in zip(public(step.outputs), (StoryChange, Story, Event, Storyline), strict=True):
        assert isinstance(wire.read(dict(output.headers), output.value or b""), kind)
        assert output.partition.number == 2
        assert output.timestamp_us == at(0).timestamp() * 1_000_000


def test_an_id_that_ended_is_told_once_more_and_then_buried() -> None:
    task = EnrichTask(2)
    task.step([record(cluster(ORIGINAL))])
    step = task.step([record(cluster(ORIGINAL, change="merged", merged_into="other", revision=2))])
    assert topics(step.outputs) == [
        ("story-changes", False),
        ("stories", False),
        ("stories", True),
        ("events", False),
        ("events", True),
        ("storylines", False),
        ("storylines", True),
    ]
    for topic in ("stories", "events", "storylines"):
        assert len({o.key for o in step.outputs if o.partition.topic == topic}) == 1


def test_a_canary_goes_where_only_ingest_looks() -> None:
    value = CanaryCluster(cluster=cluster(ORIGINAL))
    headers = wire.headers(value, id="1", source="dedup", time=at(0))
    canary = Record(Partition("clusters", 2), 0, b"story", wire.encode(value), headers, 7)
    step = EnrichTask(2).step([canary, record(cluster(ORIGINAL), 1)])
    assert topics(step.outputs) == [("canary", False), *ALL]
    assert step.outcomes == {"published": 1, "canary": 1}
    assert step.stamps == [0]
    assert step.outputs[0].timestamp_us == 0


def test_a_story_that_closed_stays_to_be_read() -> None:
    task = EnrichTask(2)
    task.step([record(cluster(ORIGINAL))])
    step = task.step([record(cluster(ORIGINAL, change="closed", revision=2))])
    assert topics(step.outputs) == ALL
    told = [wire.read(dict(output.headers), output.value or b"") for output in public(step.outputs)[1:]]
    assert [record.closed for record in told if isinstance(record, Story | Event | Storyline)] == [True] * 3


def test_changes_are_noted_by_kind() -> None:
    grown, closed = cluster(ORIGINAL, COPY, change="grew"), cluster(ORIGINAL, change="closed")
    step = EnrichTask(2).step([record(grown), record(closed, 1), record(None, 2)])
    assert step.noted == {("story_changes_total", "grew"): 1, ("story_changes_total", "closed"): 1}


def test_a_record_taken_twice_says_the_same_of_the_story_and_nothing_of_its_event() -> None:
    task, taken = EnrichTask(2), [record(cluster(ORIGINAL, COPY))]
    first, again = (public(task.step(taken).outputs) for _ in range(2))
    assert again == first[:2]


def test_a_tombstone_is_accounted_for_and_says_nothing() -> None:
    step = EnrichTask(2).step([record(None)])
    assert (step.outputs, step.outcomes) == ([], {"published": 1})
    assert EnrichTask(2).step([]).outcomes == {}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{}", "undecodable"),
        (b"no json", "undecodable"),
        (msgspec.structs.replace(cluster(ORIGINAL), members=()), "empty-story"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_refused_before_any_output(
    value: Cluster | bytes, reason: str
) -> None:
    with pytest.raises(Poison) as raised:
        EnrichTask(2).step([record(cluster(ORIGINAL)), record(value)])
    assert raised.value.reason == reason


def test_it_holds_nothing_back() -> None:
    assert EnrichTask(2).held() == 0


def test_the_service_names_its_topics() -> None:
    service = EnrichService()
    assert (service.name, service.inputs, service.changelog) == ("enrich", ("clusters",), "enrich-state")
    assert service.feeder(service.task(1), 1) is None


def test_replaying_the_changes_rebuilds_the_stories() -> None:
    clusters = [
        cluster(ORIGINAL),
        cluster(COPY, story_id="other"),
        cluster(COPY, story_id="other", revision=2, change="merged", merged_into="story"),
        cluster(ORIGINAL, COPY, change="merged", merged_from=("other",)),
    ]
    outputs = EnrichTask(2).step([record(one, n) for n, one in enumerate(clusters)]).outputs
    rebuilt: dict[str, Story] = {}
    stories: dict[str, Story] = {}
    for output in outputs:
        key = (output.key or b"").decode()
        if output.partition.topic == "stories" and output.value is None:
            del stories[key]
        elif output.partition.topic == "stories":
            stories[key] = wire.decode(Story, output.value or b"")
        elif output.partition.topic == "story-changes":
            rebuilt[key] = wire.decode(StoryChange, output.value or b"").story
            if rebuilt[key].merged_into:
                del rebuilt[key]
    assert rebuilt == stories
    assert list(stories) == ["story"]


def test_a_task_without_a_changelog_tells_the_same() -> None:
    stories = [*happenings.BRIDGE_SHUT, *happenings.BRIDGE_TRIAL, *happenings.STORM]
    told = [happenings.told(copy, f"n{hours}", hours) for hours, copy in enumerate(stories)]
    records = [record(one, offset) for offset, one in enumerate(told)]
    bare = EnrichTask(2, changelog=False).step(records).outputs
    assert bare == public(EnrichTask(2).step(records).outputs)


def test_a_task_that_was_restored_goes_on_as_if_nothing_had_been() -> None:
    taken = [
        record(cluster(member(name, hours, title=f"Crack shuts Marsum bridge {name}"), story_id=name), hours)
        for hours, name in enumerate("abcdef")
    ]
    whole = EnrichTask(2)
    outputs = [output for one in taken for output in whole.step([one]).outputs]
    first, second = EnrichTask(2), EnrichTask(2)
    before = first.step(taken[:3]).outputs
    for offset, output in enumerate(before):
        if output.partition.topic == "enrich-state":
            second.restore(Record(output.partition, offset, output.key, output.value, output.headers, 0))
    second.restored()
    assert public([*before, *second.step(taken[3:]).outputs]) == public(outputs)
