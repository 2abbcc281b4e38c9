"""From one process to the roles, and back, and there again: what dedup remembers is all that they ask for."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import wire
from services.contracts.spread import StageBlock
from services.contracts.topics import LANES, SPREAD, TOPICS
from services.dedup.roles import ROLES
from services.dedup.service import DedupService
from services.dedup.spread import blocks
from services.dedup.spread.stages import stage
from services.stream.bus import Output, Partition, TopicSpec
from services.stream.following import changelog_feed
from services.stream.memory import MemoryBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.service import Service
from tests.integration.dedup.crowd import INPUT, Crowd
from tests.integration.dedup.shard import Value, record
from tests.integration.dedup.test_same_bytes import DEMO, logs
from tests.integration.dedup.test_spread import by_one
from tests.unit.dedup.pieces import SETTINGS

THIRD = len(DEMO) // 3


def known_names(crowd: Crowd) -> list[int]:
    """Of all rows that were taken over."""
    told = [
        wire.decode(StageBlock, each.value or b"")
        for lane in range(LANES)
        for each in crowd.log[Partition("spans", lane)]
    ]
    return [row.name for one in told if one.kind == "known" for row in blocks.body_of(one, blocks.Span).rows]


def test_no_article_that_is_decided_is_read_again() -> None:
    crowd = Crowd(seed=5).run_roles(["dedup"]).write(DEMO[:THIRD]).settle(batch=9)
    first = crowd.committed["dedup"][INPUT]
    assert first > THIRD / 2
    kept = list(crowd.log[INPUT])
    crowd.log[INPUT][:first] = [replace(each, value=None) for each in kept[:first]]  # whoever reads it fails
    crowd.run_roles(ROLES).write(DEMO[THIRD:]).settle(batch=9)
    assert (crowd.published(), crowd.kept()) == by_one(DEMO)
    assert len(known_names(crowd)) > 10


@given(
    logs(prompt=True),
    st.tuples(*[st.floats(0, 1)] * 3),
    st.integers(0, 1_000_000),
    st.integers(1, 150),
    st.tuples(st.sampled_from([0.0, 0.05]), st.booleans()),
)
@settings(max_examples=10)
def test_moved_there_and_back_and_there_again_killed_and_kept_as_images(
    log: list[Value], places: Sequence[float], seed: int, steps: int, harm: tuple[float, bool]
) -> None:
    kill, imaged = harm
    one, two, three = (int(place * len(log)) for place in sorted(places))
    crowd = Crowd(seed=seed).run_roles(["dedup"]).write(log[:one]).settle(batch=5)
    crowd.run_roles(ROLES).write(log[one:two]).settle(batch=6, steps=steps, kill=kill)
    crowd = crowd.image(but=["dedup"]) if imaged else crowd
    crowd.run_roles(["dedup"]).write(log[two:three]).settle(batch=6)
    crowd.run_roles(ROLES).write(log[three:]).settle(batch=9, kill=kill)
    assert (crowd.published(), crowd.kept()) == by_one(log)


def test_who_is_stopped_while_it_takes_over_gives_no_text_a_second_row() -> None:
    crowd = Crowd(seed=7).run_roles(["dedup"]).write(DEMO[:THIRD]).settle()
    crowd.run_roles(ROLES).write(DEMO[THIRD : THIRD + 1])
    for _ in range(12):
        crowd.run_roles(["plan"]).settle(steps=3)
        crowd.image()
    names = known_names(crowd)
    crowd.run_roles(ROLES).write(DEMO[THIRD + 1 :]).settle(kill=0.02)
    assert len(names) > 5
    assert len(set(known_names(crowd))) == len(known_names(crowd)) > len(names) - 1
    assert (crowd.published(), crowd.kept()) == by_one(DEMO)


async def filled(bus: MemoryBus, topic: str, count: int) -> None:
    while await bus.end(Partition(topic, 0)) < count:  # noqa: ASYNC110 - a bus tells nobody
        await asyncio.sleep(0.05)


def running(bus: MemoryBus, services: Sequence[Service]) -> AbstractAsyncContextManager[RunnerGroup]:
    return RunnerGroup([Runner(service, bus) for service in services])


async def test_services_on_a_bus_go_on_where_one_process_stopped() -> None:
    bus = MemoryBus()
    await bus.start()
    await bus.create(
        [TopicSpec(name=t.name, partitions=t.partitions, compact=t.compact) for t in (*TOPICS, *SPREAD)]
    )
    writer = await bus.writer("ingest", ("feeds",), 0)
    records = [record(value, place) for place, value in enumerate(DEMO)]
    made = [Output(INPUT, r.key, r.value, r.headers, 1) for r in records]
    half, _ = by_one(DEMO[: 2 * THIRD])
    expected, _ = by_one(DEMO)
    async with asyncio.timeout(60):
        await writer.publish(made[: 2 * THIRD], consumed={})
        async with running(bus, [DedupService(SETTINGS)]):
            await filled(bus, "relations", len(half["relations"]))
        await bus.compact("dedup-state")
        begun = (await bus.committed("newsfold-dedup", ["articles"]))[INPUT]
        async with running(
            bus, [stage(role, SETTINGS, feed=changelog_feed(bus, "dedup-state")) for role in ROLES]
        ):
            await writer.publish(made[2 * THIRD :], consumed={})
            await filled(bus, "relations", len(expected["relations"]))
    for topic, found in expected.items():
        read = await bus.read(Partition(topic, 0), 0, max_records=10_000)
        assert [(each.key, each.value) for each in read] == found
    first = (await bus.read(Partition("answers", 0), 0, max_records=1))[0]
    assert blocks.body_of(wire.decode(StageBlock, first.value or b""), blocks.PlanStep).since >= begun > 0
    await bus.close()
