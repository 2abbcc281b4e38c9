"""A member fetches what it owns from where it was told to, through rebalances, silence and retention."""

import asyncio
import logging
import time

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from services.stream.bus import Fatal, Partition
from services.stream.kafka import KafkaBus
from services.stream.kafka.member import KafkaMember
from tests.conformance.acts import fetched, outputs, owns, publish, read_all, shares, topic
from tests.kafka import session
from tests.kafka.acts import PREFIX, client
from tests.kafka.conftest import Name
from tests.kafka.proxy import Api, Fault, Proxy

pytestmark = pytest.mark.kafka


async def forget(partition: Partition, before: int) -> None:
    """Drop a partition's records as retention would."""
    admin = AIOKafkaAdminClient(bootstrap_servers=session.bootstrap())
    await admin.start()
    try:
        wired = TopicPartition(PREFIX + partition.topic, partition.number)
        await admin.delete_records({wired: RecordsToDelete(before)})
    finally:
        await admin.close()


async def test_numbers_that_stay_are_fetched_on_through_a_rebalance_and_never_reported_lost(
    bus: KafkaBus, name: Name
) -> None:
    source, group = await topic(bus, name("in"), 4), name("g")
    for number in range(4):
        await publish(bus, name("w"), outputs(source, [str(i) for i in range(10)], number))
    first = await bus.join(group, [source])
    await owns(first, {0, 1, 2, 3})
    first.seek({Partition(source, number): 0 for number in range(4)})
    assert len(await fetched(first, 40)) == 40
    second = await bus.join(group, [source])
    told = await first.assignment(timeout_s=10)
    assert told is not None
    kept = {partition.number for partition in told.partitions}
    assert len(kept) == 2
    (others,) = await shares([second], {0, 1, 2, 3} - kept)
    assert kept | others == {0, 1, 2, 3}
    for number in range(4):
        await publish(bus, name("w"), outputs(source, ["new"], number))
    # No seek since: what it keeps it goes on with, where it was.
    found = await fetched(first, 2)
    assert sorted((record.partition.number, record.value) for record in found) == [
        (number, b"new") for number in sorted(kept)
    ]
    assert not await second.fetch(max_records=10, timeout_s=0.3)


async def test_a_static_member_that_restarts_finds_its_numbers_and_moves_no_others(name: Name) -> None:
    one, two = client(instance=name("i")), client(instance=name("i"))
    await one.start()
    await two.start()
    source, group = await topic(one, name("in"), 4), name("g")
    first = await one.join(group, [source])
    await owns(first, {0, 1, 2, 3})
    second = await two.join(group, [source])
    told = await first.assignment(timeout_s=10)
    assert told is not None
    before = {partition.number for partition in told.partitions}
    others = {0, 1, 2, 3} - before
    await owns(second, others)
    await one.close()
    again = client(instance=one._instance)
    await again.start()
    member = await again.join(group, [source])
    await owns(member, before)
    assert await second.assignment(timeout_s=1.0) is None
    writer = await again.writer(group, [source], min(before))
    await writer.publish([], consumed={Partition(source, min(before)): 1})
    heir = await two.writer(group, [source], min(others))
    await heir.publish([], consumed={Partition(source, min(others)): 1})
    await again.close()
    await two.close()


async def test_a_member_that_fetches_nothing_for_longer_than_a_session_stays_in_the_group(
    name: Name,
) -> None:
    bus = client()
    await bus.start()
    source, group = await topic(bus, name("in"), 2), name("g")
    first = await bus.join(group, [source])
    await owns(first, {0, 1})
    assert bus.access.bounds.session_s < 2
    # A restore in a thread, a full queue, a long step: the loop turns, but nobody fetches.
    await asyncio.to_thread(time.sleep, 3.0)
    assert await first.assignment(timeout_s=0.1) is None
    assert await bus.ownership(group, 0) == "ours"
    await bus.close()


async def test_a_rebalance_waits_for_a_publish_under_way(name: Name) -> None:
    own = session.own()
    async with Proxy(own.proxied, own.cluster.port("PROXIED")) as proxy:
        far, near = client(proxied=True), client()
        await far.start()
        await near.start()
        source, sink, group = await topic(far, name("in"), 2), await topic(far, name("out")), name("g")
        first = await far.join(group, [source])
        await owns(first, {0, 1})
        writers = [await far.writer(group, [source], number) for number in range(2)]
        proxy.once(Api.PRODUCE, "answer", Fault("delay", 1.0), times=2)
        under_way = [
            asyncio.create_task(writer.publish(outputs(sink, [str(n)]), consumed={Partition(source, n): 1}))
            for n, writer in enumerate(writers)
        ]
        await proxy.hit.wait()
        second = await near.join(group, [source])
        told = await second.assignment(timeout_s=10)
        assert told is not None
        (number,) = {partition.number for partition in told.partitions}
        heir = await near.writer(group, [source], number)
        assert await heir.committed() == {Partition(source, number): 1}
        await asyncio.gather(*under_way)
        await far.close()
        await near.close()


async def test_what_fails_in_a_rebalance_is_raised_by_the_next_call(
    bus: KafkaBus, name: Name, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: KafkaMember) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(KafkaMember, "_take_over", fail)
    source = await topic(bus, name("in"))
    member = await bus.join(name("g"), [source])
    with pytest.raises(Fatal, match="a bug"):
        await member.assignment(timeout_s=10)
    with pytest.raises(Fatal, match="a bug"):
        await member.fetch(max_records=1, timeout_s=10)


async def test_a_member_begins_where_the_log_begins_and_says_what_retention_took(
    bus: KafkaBus, name: Name, caplog: pytest.LogCaptureFixture
) -> None:
    source = await topic(bus, name("in"))
    partition = Partition(source, 0)
    await publish(bus, name("w"), outputs(source, [str(i) for i in range(10)]))
    await forget(partition, 5)
    member = await bus.join(name("g"), [source])
    await owns(member, {0})
    with caplog.at_level(logging.ERROR, "services"):
        member.seek({partition: 0})
        assert [record.offset for record in await fetched(member, 5)] == [5, 6, 7, 8, 9]
        assert not caplog.records
        member.seek({partition: 2})
        assert [record.offset for record in await fetched(member, 5)] == [5, 6, 7, 8, 9]
    assert "offsets 2 to 4" in caplog.text
    assert [record.offset for record in await read_all(bus, partition)] == [5, 6, 7, 8, 9]


async def test_a_log_that_ends_before_what_was_consumed_stops_the_member(bus: KafkaBus, name: Name) -> None:
    source = await topic(bus, name("in"))
    await publish(bus, name("w"), outputs(source, ["only"]))
    member = await bus.join(name("g"), [source])
    await owns(member, {0})
    member.seek({Partition(source, 0): 1000})
    with pytest.raises(Fatal, match="the cluster has lost records"):
        await member.fetch(max_records=1, timeout_s=10)


async def test_reading_alone_commits_nothing(bus: KafkaBus, name: Name) -> None:
    source, group = await topic(bus, name("in")), name("g")
    await publish(bus, name("w"), outputs(source, ["a", "b"]))
    member = await bus.join(group, [source])
    await owns(member, {0})
    member.seek({Partition(source, 0): 0})
    await fetched(member, 2)
    await member.close()
    assert await bus.committed(group, [source]) == {}


async def test_a_backlog_of_ten_thousand_records_in_small_fetches_comes_whole_and_in_order(
    bus: KafkaBus, name: Name
) -> None:
    source = await topic(bus, name("in"), 2)
    for number in range(2):
        await publish(bus, name("w"), outputs(source, [str(i) for i in range(5000)], number))
    member = await bus.join(name("g"), [source])
    await owns(member, {0, 1})
    at = {Partition(source, number): 0 for number in range(2)}
    seen: dict[int, list[bytes | None]] = {0: [], 1: []}
    turn = 0
    while sum(map(len, seen.values())) < 10_000:
        turn += 1
        # One lane is full every other time, as under backpressure.
        member.seek(at if turn % 2 else {p: offset for p, offset in at.items() if p.number == turn // 2 % 2})
        for partition, records in (await member.fetch(max_records=333, timeout_s=1)).items():
            seen[partition.number] += [record.value for record in records]
            at[partition] = records[-1].offset + 1
    assert seen == {number: [str(i).encode() for i in range(5000)] for number in range(2)}
