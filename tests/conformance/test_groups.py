"""Members of a group share its partitions, and fetch only what they own and asked for."""

import asyncio

import pytest

from services.stream.bus import Bus, Fatal, Partition
from tests.conformance import acts
from tests.conformance.conftest import Name
from tests.conformance.logs import Log


async def test_one_member_owns_everything_and_every_topic_of_a_number(bus: Bus, name: Name) -> None:
    one, two = await acts.topic(bus, name("one"), 4), await acts.topic(bus, name("two"), 4)
    member = await bus.join(name("g"), [one, two])
    assignment = await acts.owns(member, {0, 1, 2, 3})
    assert assignment.partitions == {Partition(topic, n) for topic in (one, two) for n in range(4)}
    assert await member.assignment(timeout_s=0.1) is None
    await member.close()


async def test_members_share_evenly_and_rebalance_when_one_joins_or_leaves(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t"), 5), name("g")
    first = await bus.join(group, [topic])
    alone = await acts.owns(first, {0, 1, 2, 3, 4})
    second = await bus.join(group, [topic])
    mine, yours = await acts.shares([first, second], {0, 1, 2, 3, 4})
    assert abs(len(mine) - len(yours)) == 1
    await second.close()
    back = await acts.owns(first, {0, 1, 2, 3, 4})
    assert back.generation > alone.generation
    await first.close()


async def test_a_number_that_left_and_came_back_is_first_reported_lost(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t"), 2), name("g")
    first = await bus.join(group, [topic])
    before = await acts.owns(first, {0, 1})
    second = await bus.join(group, [topic])
    (taken,) = await acts.shares([second], {0}, {1})
    await second.close()
    kept = {0, 1} - taken
    lost = await acts.owns(first, kept)
    back = await acts.owns(first, {0, 1})
    assert before.generation < lost.generation < back.generation
    await first.close()


async def test_more_members_than_partitions_leaves_some_idle_until_needed(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t")), name("g")
    members = [await bus.join(group, [topic]) for _ in range(3)]
    while members:
        owned = await acts.shares(members, {0})
        (busy,) = [member for member, share in zip(members, owned, strict=True) if share]
        await busy.close()
        members.remove(busy)


async def test_topics_of_one_group_need_the_same_number_of_partitions(bus: Bus, name: Name) -> None:
    one, two = await acts.topic(bus, name("one"), 2), await acts.topic(bus, name("two"), 3)
    with pytest.raises(Fatal, match="same number of partitions"):
        await bus.join(name("g"), [one, two])


async def test_nothing_is_fetched_before_seek_nor_from_partitions_it_does_not_name(
    bus: Bus, name: Name
) -> None:
    topic = await acts.topic(bus, name("gate"), 2)
    await acts.publish(bus, name("w"), acts.outputs(topic, ["a"]) + acts.outputs(topic, ["b"], 1))
    member = await bus.join(name("g"), [topic])
    await acts.owns(member, {0, 1})
    assert not await member.fetch(max_records=10, timeout_s=0.5)
    member.seek({Partition(topic, 1): 0})
    assert [record.value for record in await acts.fetched(member, 1)] == [b"b"]
    assert not await member.fetch(max_records=10, timeout_s=0.5)
    member.seek({Partition(topic, 0): 0})
    assert [record.value for record in await acts.fetched(member, 1)] == [b"a"]
    await member.close()


async def test_fetch_goes_on_where_it_was_and_seek_moves_it(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("t"))
    partition = Partition(topic, 0)
    await acts.publish(bus, name("w"), acts.outputs(topic, [str(i) for i in range(20)]))
    member = await bus.join(name("g"), [topic])
    await acts.owns(member, {0})
    member.seek({partition: 0})
    records = await acts.fetched(member, 20)
    assert [record.value for record in records] == [b"%d" % i for i in range(20)]
    member.seek({partition: records[15].offset})
    assert await acts.fetched(member, 5) == records[15:]
    await member.close()


async def test_fetch_brings_at_most_what_it_was_asked_for_and_starves_no_partition(
    bus: Bus, name: Name
) -> None:
    topic = await acts.topic(bus, name("t"), 3)
    for number in range(3):
        await acts.publish(bus, name("w"), acts.outputs(topic, [str(i) for i in range(50)], number))
    member = await bus.join(name("g"), [topic])
    await acts.owns(member, {0, 1, 2})
    member.seek({Partition(topic, number): 0 for number in range(3)})
    seen: dict[Partition, int] = {}
    async with asyncio.timeout(acts.PATIENCE_S):
        while sum(seen.values()) < 150:
            got = await member.fetch(max_records=10, timeout_s=1)
            assert sum(map(len, got.values())) <= 10
            for partition, records in got.items():
                seen[partition] = seen.get(partition, 0) + len(records)
    assert set(seen.values()) == {50}
    await member.close()


async def test_a_waiting_fetch_wakes_when_records_arrive(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t")), name("w")
    member = await bus.join(name("g"), [topic])
    await acts.owns(member, {0})
    member.seek({Partition(topic, 0): 0})
    waiting = asyncio.create_task(acts.fetched(member, 1))
    await asyncio.sleep(0.1)
    await acts.publish(bus, group, acts.outputs(topic, ["late"]))
    assert [record.value for record in await waiting] == [b"late"]
    await member.close()


async def test_a_waiting_fetch_sees_what_another_client_publishes(log: Log, bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("t"))
    member = await bus.join(name("g"), [topic])
    await acts.owns(member, {0})
    member.seek({Partition(topic, 0): 0})
    waiting = asyncio.create_task(acts.fetched(member, 1))
    other = log.client()
    await other.start()
    await acts.publish(other, name("w"), acts.outputs(topic, ["from afar"]))
    assert [record.value for record in await waiting] == [b"from afar"]
    await member.close()
    await other.close()


async def test_a_member_that_lost_a_number_fetches_nothing_of_it(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("t"), 2), name("g")
    first = await bus.join(group, [topic])
    await acts.owns(first, {0, 1})
    first.seek({Partition(topic, number): 0 for number in range(2)})
    second = await bus.join(group, [topic])
    mine, _ = await acts.shares([first, second], {0, 1})
    both = acts.outputs(topic, ["0"]) + acts.outputs(topic, ["1"], 1)
    await acts.publish(bus, name("w"), both)
    assert [record.partition.number for record in await acts.fetched(first, 1)] == list(mine)
    assert not await first.fetch(max_records=10, timeout_s=0.5)
    await first.close()
    await second.close()
