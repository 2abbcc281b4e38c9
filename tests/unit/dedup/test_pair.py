"""A lane of pairs of a spread dedup, by itself."""

from services.contracts import wire
from services.contracts.spread import BlockKind, StageBlock
from services.dedup.foresight import Signing
from services.dedup.spread.blocks import Body, SharedKeys, SignedRow, SignedSpan, SpanColumns, output, raw
from services.dedup.spread.layout import RANGES
from services.dedup.spread.pair.task import PairTask
from services.stream.bus import Output, Partition, Record
from services.stream.service import buffer
from tests.unit.dedup.pieces import SETTINGS, article

INPUT, STATE = Partition("pairs", 0), Partition("pair-state", 0)


def record(told: Output, offset: int) -> Record:
    return Record(told.partition, offset, told.key, told.value, told.headers, 0)


def span() -> list[Record]:
    """Of one row that shares nothing."""
    rows = SignedSpan([SignedRow(article("Text"), Signing(day=1, counted=True, seen=b""))])
    columns = SpanColumns(raw([7], "u8"), raw([5], "i8"), raw([3], "u8"), raw([0], "u4"))
    bodies: dict[BlockKind, Body] = {"signed": rows, "columns": columns}
    told = [
        output(INPUT, kind, f"{kind}:0", body, source="sign", shard=0, at_us=5, stop=1)
        for kind, body in bodies.items()
    ]
    return [record(each, offset) for offset, each in enumerate(told)]


def shared(offset: int) -> list[Record]:
    told = [
        output(INPUT, "shared", "shared", SharedKeys(place, 1), source="range", shard=0, at_us=5)
        for place in range(RANGES)
    ]
    return [record(each, offset + place) for place, each in enumerate(told)]


def kinds(outputs: list[Output]) -> list[str]:
    return [wire.decode(StageBlock, each.value or b"").kind for each in outputs]


def test_a_span_is_answered_once_all_ranges_have_told_of_it() -> None:
    task = PairTask(0, SETTINGS)
    assert "answer" not in kinds(task.step(span()).outputs)
    most = shared(2)
    assert "answer" not in kinds(task.step(most[:-1]).outputs)
    assert "answer" in kinds(task.step(most[-1:]).outputs)


def test_going_on_from_an_image_it_forgets_what_waited_there_and_is_no_more() -> None:
    task = PairTask(0, SETTINGS)
    task.step(span())
    image = {name: bytes(buffer(part)) for name, part in task.save().items()}
    (clock,) = [each for each in task.step(shared(2)).outputs if each.key == b"clock"]
    after = PairTask(0, SETTINGS)
    after.load(image)
    for offset, key in enumerate((b"signed:0", b"columns:0")):
        after.restore(Record(STATE, offset, key, None, (), 0))
    after.restore(record(clock, 2))
    after.restored()
    assert kinds(after.step(shared(18)).outputs) == ["clock"]
