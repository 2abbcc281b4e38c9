"""Two installations on one cluster, told apart by their prefix alone, do not know of each other."""

import asyncio

import pytest

from services.stream.bus import Partition
from services.stream.kafka import KafkaBus
from tests.conformance.acts import outputs, topic, values
from tests.kafka import session
from tests.kafka.conftest import Name
from tests.kafka.log import QUICK

pytestmark = [pytest.mark.kafka]


async def test_installations_share_a_cluster_without_sharing_groups_or_fencing_writers(name: Name) -> None:
    buses = [KafkaBus(session.bootstrap(), prefix=f"{name(stem)}.", bounds=QUICK) for stem in ("a", "b")]
    group = "newsfold-dedup"
    try:
        for bus in buses:
            await bus.start()
            await topic(bus, "in", 2)
            await topic(bus, "out", 2)
        members = [await bus.join(group, ["in"]) for bus in buses]
        async with asyncio.timeout(20):
            owned = [(await member.assignment(timeout_s=20)) for member in members]
        assert [one and {partition.number for partition in one.partitions} for one in owned] == [{0, 1}] * 2
        writers = [await bus.writer(group, ["in"], 0) for bus in buses]
        for number, writer in enumerate(writers):  # the second has not fenced the first
            await writer.publish(
                outputs("out", [f"from {number}"]), consumed={Partition("in", 0): number + 1}
            )
        assert [await values(bus, "out") for bus in buses] == [["from 0"], ["from 1"]]
        assert [await position(bus, group) for bus in buses] == [1, 2]
    finally:
        for bus in buses:
            await bus.close()


async def position(bus: KafkaBus, group: str) -> int | None:
    return (await bus.committed(group, ["in"])).get(Partition("in", 0))


@pytest.mark.parametrize(
    ("prefix", "group", "named"),
    [
        ("newsfold.", "newsfold-dedup", "newsfold.dedup"),
        ("staging.", "newsfold-dedup", "staging.dedup"),
        ("staging.", "own", "staging.own"),
        ("", "newsfold-dedup", "newsfold-dedup"),
    ],
)
def test_a_group_is_named_by_the_prefix(prefix: str, group: str, named: str) -> None:
    assert KafkaBus("127.0.0.1:1", prefix=prefix).access.group(group) == named
