import json
from datetime import UTC, datetime

import pytest

from services.console import record_lines
from services.console.tail.bookmark import Bookmark
from services.console.tail.positions import resumed, since, starts
from services.console.tail.stream import tail
from services.contracts import wire
from services.contracts.articles import Watermark
from services.contracts.spread import StageBlock
from services.stream.bus import Fenced, Output, Partition, Record, TopicSpec
from services.stream.memory import MemoryBus

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = "articles"


def watermark(partition: int, second: int) -> Output:
    mark = Watermark(origin=partition, origins=2, at=AT)
    return Output(
        partition=Partition(TOPIC, partition),
        key=b"watermark",
        value=wire.encode(mark),
        headers=wire.headers(mark, id=f"{second}", source="ingest", time=AT),
        timestamp_us=second * 1_000_000,
    )


@pytest.fixture
async def bus() -> MemoryBus:
    bus = MemoryBus()
    await bus.start()
    await bus.create([TopicSpec(name=TOPIC, partitions=2)])
    writer = await bus.writer("test", [TOPIC], 0)
    await writer.publish([watermark(0, 1), watermark(1, 2), watermark(0, 3), watermark(1, 4)], consumed={})
    return bus


async def shown(bus: MemoryBus, start: str) -> list[int]:
    seen: list[Record] = []
    await tail(bus, await starts(bus, TOPIC, start), lambda _: True, seen.append, follow=False)
    return [record.timestamp_us // 1_000_000 for record in seen]


async def test_partitions_are_shown_as_one_line_of_time(bus: MemoryBus) -> None:
    assert await shown(bus, "beginning") == [1, 2, 3, 4]


async def test_a_start_can_be_an_offset_or_the_last_few(bus: MemoryBus) -> None:
    assert await shown(bus, "1") == [3, 4]
    assert await shown(bus, "-1") == [3, 4]
    assert await shown(bus, "-100") == [1, 2, 3, 4]
    assert await shown(bus, "end") == []


async def test_a_line_for_a_pipe_tells_key_type_time_place_and_value(bus: MemoryBus) -> None:
    record = (await bus.read(Partition(TOPIC, 1), 1, max_records=1))[0]
    line = json.loads(record_lines.json_line(record))
    assert line == {
        "key": "watermark",
        "type": "Watermark",
        "time": "1970-01-01T00:00:04Z",
        "partition": 1,
        "offset": 1,
        "value": {"schema_version": 1, "origin": 1, "origins": 2, "at": "2026-03-01T12:00:00Z"},
    }


def test_a_packed_record_is_shown_as_json() -> None:
    block = StageBlock(kind="rows", shard=2, start=5, stop=7, body=b"\x00\xff")
    headers = wire.headers(block, id="rows", source="plan", time=AT)
    record = Record(Partition("plan-state", 2), 0, b"rows", wire.encode(block), headers, 0)
    told = {"schema_version": 1, "kind": "rows", "shard": 2, "start": 5, "stop": 7, "body": "AP8="}
    assert json.loads(record_lines.json_line(record))["value"] == told
    assert "rows of shard 2, rows 5 to 7" in record_lines.pretty(record).plain


@pytest.mark.parametrize("value", [b"\xff\x00 not json", b'{"a":\n1}', b"", None])
def test_a_dead_letter_is_one_line_of_json_whatever_its_bytes_are(value: bytes | None) -> None:
    record = Record(Partition("dead-letters.ingest", 0), 0, None, value, (("reason", b"not_json"),), 0)
    line = record_lines.json_line(record)
    assert b"\n" not in line
    assert json.loads(line)["headers"] == {"reason": "not_json"}
    assert "reason: not_json" in record_lines.pretty(record).plain or value is None


def test_every_type_on_the_wire_has_words() -> None:
    assert set(record_lines._TOLD) == set(wire._TYPES.values())


async def test_a_time_begins_where_nothing_of_it_or_later_is_left_out(bus: MemoryBus) -> None:
    day = 86_400
    writer = await bus.writer("test", [TOPIC], 0)
    late = [watermark(0, day * number) for number in (10, 20, 19, 21)]
    await writer.publish(late, consumed={})
    begun = await since(bus, TOPIC, 20 * day * 1_000_000)
    assert begun == {Partition(TOPIC, 0): 3, Partition(TOPIC, 1): 2}


async def test_a_group_goes_on_where_it_was_and_the_later_reader_is_the_reader(bus: MemoryBus) -> None:
    begun = await starts(bus, TOPIC, "beginning")
    first = await Bookmark.open(bus, "desk", begun)
    seen: list[Record] = []
    await tail(bus, begun, lambda _: True, seen.append, follow=False, remember=first.move)
    assert len(seen) == 4
    second = await Bookmark.open(bus, "newsroom-desk", begun)
    assert resumed(begun, await second.places()) == await starts(bus, TOPIC, "end")
    with pytest.raises(Fenced):
        await first.move({Partition(TOPIC, 0): 0})


async def test_what_failed_to_be_shown_is_not_remembered_as_shown(bus: MemoryBus) -> None:
    moved: list[object] = []

    def show(record: Record) -> None:
        if record.offset == 1:
            raise BrokenPipeError

    async def remember(places: object) -> None:
        moved.append(places)

    begun = await starts(bus, TOPIC, "beginning")
    with pytest.raises(BrokenPipeError):
        await tail(bus, begun, lambda _: True, show, follow=False, remember=remember)
    assert moved == []
