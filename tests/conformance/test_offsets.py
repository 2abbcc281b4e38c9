"""Consumed offsets are committed with the outputs, and only the owner commits."""

import pytest

from services.stream.bus import Bus, Fatal, Fenced, Partition
from tests.conformance import acts
from tests.conformance.conftest import Name
from tests.conformance.logs import Log


async def test_consumed_offsets_are_committed_with_the_outputs_and_outlive_the_client(
    log: Log, bus: Bus, name: Name
) -> None:
    group, one, two = name("g"), await acts.topic(bus, name("one"), 2), await acts.topic(bus, name("two"), 2)
    writer = await bus.writer(group, [one, two], 1)
    assert await writer.committed() == {}
    await writer.publish(acts.outputs(one, ["x"], 1), consumed={Partition(one, 1): 3})
    await writer.publish([], consumed={Partition(one, 1): 4, Partition(two, 1): 7})
    await writer.close()
    await bus.close()

    again = log.client()
    await again.start()
    writer = await again.writer(group, [one, two], 1)
    assert await writer.committed() == {Partition(one, 1): 4, Partition(two, 1): 7}
    assert await acts.values(again, one, 1) == ["x"]
    await again.close()


async def test_each_number_and_each_group_has_offsets_of_its_own(bus: Bus, name: Name) -> None:
    topic, mine, theirs = await acts.topic(bus, name("t"), 2), name("mine"), name("theirs")
    writer = await bus.writer(mine, [topic], 0)
    await writer.publish([], consumed={Partition(topic, 0): 1})
    assert await (await bus.writer(mine, [topic], 1)).committed() == {}
    assert await (await bus.writer(theirs, [topic], 0)).committed() == {}


async def test_a_groups_offsets_can_be_seen_from_outside_without_fencing_its_writer(
    bus: Bus, name: Name
) -> None:
    topic, other, group = await acts.topic(bus, name("t"), 2), await acts.topic(bus, name("o"), 2), name("g")
    writer = await bus.writer(group, [topic, other], 1)
    await writer.publish([], consumed={Partition(topic, 1): 2, Partition(other, 1): 9})
    assert await bus.committed(group, [topic]) == {Partition(topic, 1): 2}
    await writer.publish([], consumed={Partition(topic, 1): 3})


async def test_a_writer_commits_only_what_it_owns(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t"), 2), name("g")
    writer = await bus.writer(group, [topic], 0)
    with pytest.raises(Fatal, match="does not own"):
        await writer.publish(acts.outputs(topic, ["x"]), consumed={Partition(topic, 1): 3})
    assert await acts.values(bus, topic) == []


async def test_a_zombies_publish_is_fenced_and_leaves_nothing(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t")), name("g")
    zombie = await bus.writer(group, [topic], 0)
    await zombie.publish(acts.outputs(topic, ["before"]), consumed={Partition(topic, 0): 1})
    owner = await bus.writer(group, [topic], 0)
    for outputs, consumed in ((["zombie"], {}), ([], {Partition(topic, 0): 99})):
        with pytest.raises(Fenced):
            await zombie.publish(acts.outputs(topic, outputs), consumed=consumed)
    assert await owner.committed() == {Partition(topic, 0): 1}
    await owner.publish(acts.outputs(topic, ["after"]), consumed={Partition(topic, 0): 2})
    assert await acts.values(bus, topic) == ["before", "after"]


async def test_another_client_fences_the_first_and_neighbours_go_on(log: Log, bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t"), 2), name("g")
    zombie, neighbour = await bus.writer(group, [topic], 0), await bus.writer(group, [topic], 1)
    other = log.client()
    await other.start()
    owner = await other.writer(group, [topic], 0)
    with pytest.raises(Fenced):
        await zombie.publish(acts.outputs(topic, ["zombie"]), consumed={})
    await neighbour.publish(acts.outputs(topic, ["neighbour"], 1), consumed={})
    await owner.publish(acts.outputs(topic, ["owner"]), consumed={})
    assert await acts.values(bus, topic) == ["owner"]
    assert await acts.values(other, topic, 1) == ["neighbour"]
    await other.close()
