"""What is published is read as it was, in order, all of it or nothing."""

import asyncio
import time

import pytest

from services.stream.bus import Bus, Fatal, Output, Partition
from tests.conformance import acts
from tests.conformance.conftest import Name


async def test_records_of_a_partition_keep_their_order_and_their_offsets_only_grow(
    bus: Bus, name: Name
) -> None:
    topic = await acts.topic(bus, name("order"), 2)
    wanted = [f"{i:04}" for i in range(1200)]
    for start in range(0, len(wanted), 100):
        batch = wanted[start : start + 100]
        await acts.publish(bus, name("g"), acts.outputs(topic, batch) + acts.outputs(topic, batch, 1))
    for number in range(2):
        records = await acts.read_all(bus, Partition(topic, number), chunk=77)
        assert [record.value for record in records] == [value.encode() for value in wanted]
        offsets = [record.offset for record in records]
        assert offsets == sorted(set(offsets))


async def test_keys_values_headers_and_timestamps_come_back_byte_for_byte(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("bytes"))
    partition = Partition(topic, 0)
    headers = (("twice", b"\x00\xff"), ("twice", b""), ("ünïcode", "größer".encode()))
    wanted = [
        Output(partition, b"\x00key\xff", b"\xff\x00value", headers, 1_700_000_000_123_000),
        Output(partition, None, b"no key", (), 1_000),
        Output(partition, b"tombstone", None, (("why", b"gone"),), 4_102_444_800_000_000),
        Output(partition, b"", b"", (), 1_000),
        Output(partition, b"large", bytes(range(256)) * 2048, (), 1_000),
    ]
    await acts.publish(bus, name("g"), wanted)
    got = await acts.read_all(bus, partition)
    assert [Output(r.partition, r.key, r.value, r.headers, r.timestamp_us) for r in got] == wanted


async def test_a_record_without_timestamp_is_stamped_by_the_bus(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("stamp"))
    await acts.publish(bus, name("g"), [Output(Partition(topic, 0), b"k", b"v")])
    (record,) = await acts.read_all(bus, Partition(topic, 0))
    assert abs(record.timestamp_us / 1e6 - time.time()) < 60


@pytest.mark.parametrize("fault", ["unknown topic", "unknown partition", "no key in a compacted topic"])
async def test_a_publish_that_fails_leaves_nothing_and_the_writer_goes_on(
    bus: Bus, name: Name, fault: str
) -> None:
    source, sink = await acts.topic(bus, name("source")), await acts.topic(bus, name("sink"), 2)
    compacted = await acts.topic(bus, name("compacted"), compact=True)
    wrong = {
        "unknown topic": Partition(name("nowhere"), 0),
        "unknown partition": Partition(sink, 2),
        "no key in a compacted topic": Partition(compacted, 0),
    }[fault]
    writer = await bus.writer(name("g"), [source], 0)
    with pytest.raises(Fatal, match=wrong.topic):
        await writer.publish(
            [*acts.outputs(sink, ["lost"]), *acts.outputs(sink, ["lost"], 1), Output(wrong, None, b"x")],
            consumed={Partition(source, 0): 5},
        )
    assert await writer.committed() == {}
    await writer.publish(acts.outputs(sink, ["kept"]), consumed={Partition(source, 0): 6})
    assert await acts.values(bus, sink) == ["kept"]
    assert await acts.values(bus, sink, 1) == []
    assert await writer.committed() == {Partition(source, 0): 6}


async def test_reading_begins_at_the_offset_asked_for_and_ends_at_the_end(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("end"))
    partition = Partition(topic, 0)
    assert await bus.end(partition) == 0
    assert not await bus.read(partition, 0, max_records=10)
    await acts.publish(bus, name("g"), acts.outputs(topic, [str(i) for i in range(10)]))
    records = await acts.read_all(bus, partition)
    end = await bus.end(partition)
    assert end > records[-1].offset
    other = Partition(await acts.topic(bus, name("other")), 0)
    assert await bus.ends([partition, other]) == {partition: end, other: 0}
    assert list(await bus.read(partition, records[4].offset, max_records=3)) == records[4:7]
    assert not await bus.read(partition, end, max_records=10)
    assert not await bus.read(partition, end + 1000, max_records=10)


async def test_what_is_not_there_is_refused_by_name(bus: Bus, name: Name) -> None:
    topic, missing = await acts.topic(bus, name("there")), name("missing")
    with pytest.raises(Fatal, match=missing):
        await bus.read(Partition(missing, 0), 0, max_records=1)
    with pytest.raises(Fatal, match=topic):
        await bus.end(Partition(topic, 1))
    with pytest.raises(Fatal, match=missing):
        await bus.partitions(missing)
    with pytest.raises(Fatal, match=missing):
        await bus.writer(name("g"), [missing], 0)


async def test_creating_a_topic_again_changes_nothing_but_another_count_is_refused(
    bus: Bus, name: Name
) -> None:
    topic = await acts.topic(bus, name("again"), 3)
    await acts.publish(bus, name("g"), acts.outputs(topic, ["kept"]))
    await acts.topic(bus, topic, 3)
    assert await acts.values(bus, topic) == ["kept"]
    assert await bus.partitions(topic) == 3
    with pytest.raises(Fatal, match="3 partitions"):
        await acts.topic(bus, topic, 4)


async def test_a_big_batch_over_many_partitions_arrives_whole(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("big"), 32)
    wanted = [Output(Partition(topic, i % 32), b"%d" % i, b"%d" % i * 100, (), 1_000) for i in range(10_000)]
    await acts.publish(bus, name("g"), wanted)
    for number in range(32):
        records = await acts.read_all(bus, Partition(topic, number))
        assert [record.key for record in records] == [b"%d" % i for i in range(number, 10_000, 32)]


async def test_concurrent_publishers_lose_nothing_and_each_keeps_its_order(bus: Bus, name: Name) -> None:
    topic, group = await acts.topic(bus, name("many"), 4), name("g")
    writers = [await bus.writer(group, [topic], number) for number in range(4)]

    async def write(number: int) -> None:
        for turn in range(20):
            mine = [f"{number}:{turn:02}:{i}" for i in range(10)]
            await writers[number].publish(
                acts.outputs(topic, mine), consumed={Partition(topic, number): turn}
            )

    await asyncio.gather(*map(write, range(4)))
    found = await acts.values(bus, topic)
    for number in range(4):
        mine = [value for value in found if value.startswith(f"{number}:")]
        assert mine == [f"{number}:{turn:02}:{i}" for turn in range(20) for i in range(10)]
    assert len(found) == 800
