"""The plan follows the topic table; what exists is compared, never changed."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.console.topics import acls, plan
from services.console.topics.command import TopicCheck, compare, create_missing
from services.console.topics.plan import Copies
from services.console.topics.store import LogTopicStore
from services.contracts.topics import BY_NAME, TOPICS, WITH_SPREAD, Topic
from services.stream.bus import TopicSpec
from services.stream.kafka.topics import TopicDescription
from services.stream.memory import MemoryBus

THREE = Copies(replicas=3, in_sync=2)
SERVICES = ("ingest", "dedup", "enrich")


class Shelf:
    """A cluster of made-up topics that notes what was created."""

    def __init__(self, topics: Mapping[str, TopicDescription]) -> None:
        self.topics = dict(topics)
        self.created: list[str] = []

    async def brokers(self) -> int:
        return 3

    async def describe(self, topics: Sequence[str]) -> Mapping[str, TopicDescription]:
        return {name: self.topics[name] for name in topics if name in self.topics}

    async def create(self, topics: Mapping[str, TopicDescription]) -> None:
        self.created += topics
        self.topics |= topics

    def blind_spots(self) -> Sequence[str]:
        return ()


def all_topics() -> dict[str, TopicDescription]:
    return {topic.name: plan.target_description(topic.name, THREE) for topic in TOPICS}


def states(findings: Sequence[TopicCheck]) -> dict[str, str]:
    return {finding.topic: finding.state for finding in findings}


async def test_what_is_planned_is_found_to_be_right() -> None:
    assert set(states(await compare(Shelf(all_topics()), THREE)).values()) == {"ok"}


async def test_only_what_is_missing_is_created() -> None:
    topics = all_topics()
    del topics["stories"]
    shelf = Shelf(topics)
    assert states(await compare(shelf, THREE))["stories"] == "missing"
    findings = await create_missing(shelf, THREE)
    assert shelf.created == ["stories"]
    assert {name for name, state in states(findings).items() if state == "created"} == {"stories"}
    assert {state for name, state in states(findings).items() if name != "stories"} == {"ok"}


async def test_another_number_of_partitions_is_told_and_left_alone() -> None:
    shelf = Shelf(all_topics() | {"articles": replace(all_topics()["articles"], partitions=2)})
    (found,) = [one for one in await create_missing(shelf, THREE) if one.state != "ok"]
    assert (found.topic, found.state, found.is_fine) == ("articles", "differs", False)
    assert "has 2 partitions, not 4" in found.told[0]
    assert shelf.created == []
    assert shelf.topics["articles"].partitions == 2


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("cleanup.policy", "delete", "cleanup.policy is delete, not compact"),
        ("min.insync.replicas", "1", "min.insync.replicas is 1, not 2"),
        ("retention.ms", "604800000", "retention.ms is 604800000, not -1"),
    ],
)
def test_a_setting_that_differs_is_named_with_both_values(setting: str, value: str, told: str) -> None:
    stories = all_topics()["stories"]
    found = replace(stories, settings={**stories.settings, setting: value})
    assert plan.differences("stories", THREE, found) == [told]


def test_fewer_copies_differ_and_more_do_not() -> None:
    found = all_topics()["stories"]
    (told,) = plan.differences("stories", THREE, replace(found, replicas=1))
    assert told.startswith("has 1 copies, not 3")
    assert plan.differences("stories", THREE, replace(found, replicas=5)) == []
    assert plan.differences("stories", Copies(replicas=2, in_sync=1), found) == []


@given(
    replicas=st.one_of(st.none(), st.integers(1, 9)),
    in_sync=st.one_of(st.none(), st.integers(1, 9)),
    brokers=st.integers(1, 9),
)
def test_copies_are_such_that_something_can_be_written_or_are_refused(
    replicas: int | None, in_sync: int | None, brokers: int
) -> None:
    try:
        asked = plan.copies(replicas, in_sync, brokers=brokers)
    except ValueError as error:
        assert str(error).startswith(("--replication", "--min-insync"))  # noqa: PT017 - refused is one of two
        assert (replicas or 0) > brokers or (in_sync or 0) > (replicas or min(3, brokers))
        return
    assert 1 <= asked.in_sync <= asked.replicas <= brokers
    assert replicas in (None, asked.replicas)
    assert in_sync in (None, asked.in_sync)


def test_unless_told_otherwise_one_broker_may_be_away() -> None:
    assert plan.copies(None, None, brokers=5) == Copies(3, 2)
    assert plan.copies(None, None, brokers=1) == Copies(1, 1)


async def test_an_embedded_log_gets_its_topics_and_says_what_it_cannot_tell() -> None:
    bus = MemoryBus()
    await bus.start()
    await bus.create([TopicSpec(name="articles", partitions=3)])
    log = LogTopicStore(bus)
    findings = await create_missing(log, Copies(1, 1))
    assert states(findings).pop("articles") == "differs"
    assert {one.state for one in findings if one.topic != "articles"} == {"created"}
    assert await bus.partitions("articles") == 3
    assert await bus.partitions("stories") == BY_NAME["stories"].partitions
    assert "retention" in log.blind_spots()[0]


def allowed(who: str, operation: str, prefix: str = "p.", *, topics: Sequence[Topic] = TOPICS) -> set[str]:
    """Topics of the table on which `who` may do this by a rule of its own."""
    return {
        rule.name.removeprefix(prefix)
        for rule in acls.acls(topics, prefix)
        if (rule.resource, rule.pattern, rule.principal) == ("topic", "literal", f"User:newsfold-{who}")
        and operation in rule.operations
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_and_writes_what_the_table_says_and_no_more(service: str) -> None:
    assert allowed(service, "Read") == {topic.name for topic in TOPICS if service in topic.readers}
    assert allowed(service, "Write") == {topic.name for topic in TOPICS if topic.writer == service}


def test_a_role_of_a_spread_dedup_reads_and_writes_what_it_takes_and_tells_and_no_more() -> None:
    for role in ("plan", "sign", "range", "pair"):
        own = {f"{role}-state", f"dead-letters.{role}"} - {"sign-state"}
        assert own <= allowed(role, "Write", topics=WITH_SPREAD)
    assert allowed("plan", "Read", topics=WITH_SPREAD) == {"articles", "notices", "plan-state", "dedup-state"}
    assert allowed("pair", "Read", topics=WITH_SPREAD) == {"pairs", "pair-state"}
    hops = {"spans", "keys", "pairs", "answers"}
    assert allowed("plan", "Write", topics=WITH_SPREAD) & hops == {"spans", "keys", "answers"}
    assert allowed("sign", "Write", topics=WITH_SPREAD) & hops == {"keys", "pairs"}
    assert allowed("range", "Write", topics=WITH_SPREAD) & hops == {"pairs"}
    assert allowed("pair", "Write", topics=WITH_SPREAD) & hops == {"keys", "pairs", "answers"}
    assert allowed("dedup", "Write", topics=WITH_SPREAD) == allowed("dedup", "Write") | {"notices"}
    assert allowed("dedup", "Read", topics=WITH_SPREAD) == allowed("dedup", "Read") | {"answers"}
    owned = {
        rule.name
        for rule in acls.acls(WITH_SPREAD, "p.")
        if rule.principal == "User:newsfold-range" and rule.resource != "topic"
    }
    assert owned == {"p.range", "p.range-"}


def test_newsrooms_read_what_is_public_and_write_nothing() -> None:
    told = {"stories", "story-changes", "events", "storylines"}
    assert allowed("newsrooms", "Read") == {"articles", "relations"} | told
    assert allowed("newsrooms", "Write") == set()


def test_operators_may_send_dead_letters_to_what_services_read_of_others() -> None:
    assert allowed("operators", "Write") == {"feeds", "articles", "clusters"}


def test_the_lines_for_one_service() -> None:
    written = "--topic=p.stories --topic=p.story-changes --topic=p.events "
    written += "--topic=p.storylines --topic=p.canary"
    prefixed = "--resource-pattern-type=prefixed"
    to = "kafka-acls.sh --bootstrap-server=b:9092 --command-config=admin.properties --add "
    lines = acls.commands(acls.acls(TOPICS, "p."), "b:9092")
    mine = [line.removeprefix(to) for line in lines if "User:newsfold-enrich" in line]
    assert [line.removeprefix("--allow-principal=User:newsfold-enrich ") for line in mine] == [
        f"--operation=Describe --operation=DescribeConfigs --topic=p. {prefixed}",
        "--operation=Read --topic=p.clusters",
        f"--operation=Write {written} --topic=p.dead-letters.enrich",
        "--operation=Read --operation=Write --topic=p.enrich-state",
        "--operation=Read --group=p.enrich",
        f"--operation=Write --operation=Describe --transactional-id=p.enrich- {prefixed}",
    ]


def test_without_a_prefix_the_pattern_is_the_word_for_all() -> None:
    layouts = [rule for rule in acls.acls(TOPICS, "") if "DescribeConfigs" in rule.operations]
    assert {(rule.name, rule.pattern) for rule in layouts} == {("*", "literal")}
    assert all("'--topic=*'" in line for line in acls.commands(layouts, "b:9092"))
