"""A log forgets only what it may."""

import time

from services.stream.bus import Bus, Output, Partition
from tests.conformance import acts
from tests.conformance.conftest import Name
from tests.conformance.logs import Log

NOW_US = int(time.time()) * 1_000_000
DAY_US = 86_400 * 1_000_000


def put(topic: str, key: str, value: str | None, at_us: int = NOW_US) -> Output:
    return Output(Partition(topic, 0), key.encode(), value.encode() if value is not None else None, (), at_us)


async def test_compaction_keeps_the_last_record_of_each_key_where_it_was(
    log: Log, bus: Bus, name: Name
) -> None:
    topic = await acts.topic(bus, name("t"), compact=True)
    for turn in range(10):
        await acts.publish(bus, name("g"), [put(topic, f"k{i}", f"{turn}.{i}") for i in range(turn, 20)])
    before = await acts.read_all(bus, Partition(topic, 0))
    last = {record.key: record for record in before}
    await bus.compact(topic)
    after = await acts.read_all(bus, Partition(topic, 0))
    assert {record.key: record for record in after} == last
    if log.compacts_at_once:
        assert after == sorted(last.values(), key=lambda record: record.offset)
    assert await bus.end(Partition(topic, 0)) >= before[-1].offset + 1


async def test_offsets_are_not_used_again_after_everything_was_dropped(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("t"), retention_s=60)
    await acts.publish(bus, name("g"), [put(topic, "k", str(i), NOW_US - DAY_US) for i in range(5)])
    (*_, last) = await acts.read_all(bus, Partition(topic, 0))
    await bus.compact(topic)
    await acts.publish(bus, name("g"), [put(topic, "k", "new")])
    (*_, new) = await acts.read_all(bus, Partition(topic, 0))
    assert new.offset > last.offset


async def test_a_fresh_tombstone_stays_and_an_old_one_goes_with_its_key(
    log: Log, bus: Bus, name: Name
) -> None:
    topic = await acts.topic(bus, name("t"), compact=True)
    old, fresh = NOW_US - 2 * DAY_US, NOW_US
    await acts.publish(bus, name("g"), [put(topic, "old", "1", old), put(topic, "fresh", "1", old)])
    await acts.publish(bus, name("g"), [put(topic, "old", None, old), put(topic, "fresh", None, fresh)])
    await acts.publish(bus, name("g"), [put(topic, "live", "1", old)])
    await bus.compact(topic)
    found = {record.key: record.value for record in await acts.read_all(bus, Partition(topic, 0))}
    assert found[b"live"] == b"1"
    assert found[b"fresh"] is None
    if log.compacts_at_once:
        assert b"old" not in found
    else:
        assert found.get(b"old") is None


async def test_records_past_retention_go_and_the_others_stay(log: Log, bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("t"), retention_s=86_400)
    ages = [2, 0, 3, 0, 0, 5]
    await acts.publish(
        bus, name("g"), [put(topic, str(i), "v", NOW_US - age * DAY_US) for i, age in enumerate(ages)]
    )
    await bus.compact(topic)
    kept = [record.key for record in await acts.read_all(bus, Partition(topic, 0))]
    if log.compacts_at_once:
        assert kept == [b"1", b"3", b"4"]
    assert {b"1", b"3", b"4"} <= set(kept)


async def test_a_topic_without_retention_keeps_everything(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("t"))
    await acts.publish(bus, name("g"), [put(topic, "k", str(i), 1_000) for i in range(50)])
    await bus.compact(topic)
    assert await acts.values(bus, topic) == [str(i) for i in range(50)]


async def test_what_a_group_has_not_taken_yet_stays_though_it_is_not_the_last_of_its_key(
    bus: Bus, name: Name
) -> None:
    topic, reader = await acts.topic(bus, name("t"), compact=True), name("r")
    await acts.publish(bus, name("g"), [put(topic, "k", str(i)) for i in range(10)])
    records = await acts.read_all(bus, Partition(topic, 0))
    writer = await bus.writer(reader, [topic], 0)
    await writer.publish([], consumed={Partition(topic, 0): records[4].offset})
    await writer.close()
    await bus.compact(topic)
    assert (await acts.values(bus, topic))[-6:] == ["4", "5", "6", "7", "8", "9"]


async def test_a_member_reads_past_what_compaction_left_out(bus: Bus, name: Name) -> None:
    topic = await acts.topic(bus, name("t"), compact=True)
    await acts.publish(bus, name("g"), [put(topic, "k", str(i)) for i in range(100)])
    await acts.publish(bus, name("g"), [put(topic, "k", None, NOW_US - 2 * DAY_US)])
    await bus.compact(topic)
    member = await bus.join(name("m"), [topic])
    await acts.owns(member, {0})
    member.seek({Partition(topic, 0): 0})
    await acts.publish(bus, name("g"), [put(topic, "last", "!")])
    found = await acts.fetched(member, 1)
    while found[-1].key != b"last":
        found += await acts.fetched(member, 1)
    assert found[-1].value == b"!"
    await member.close()
