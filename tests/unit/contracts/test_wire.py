import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import msgspec.inspect as info
import pytest

from services.contracts import wire
from services.contracts.articles import Article, Watermark
from services.contracts.schemas import KINDS
from services.contracts.spread import StageBlock
from services.contracts.topics import TOPICS

AT = datetime(2025, 3, 10, 6, 12, tzinfo=UTC)
SIGNS = ("", "a", 'Ä "\\\n', "东京 😀", "\u2028", "x" * 40)
Draw = random.Random

SIMPLE: dict[type, Callable[[Any, Draw], object]] = {
    info.StrType: lambda _, draw: "".join(draw.choices(SIGNS, k=2)),
    info.IntType: lambda _, draw: draw.choice((0, 1, -7, 2**53, -(2**53))),
    info.FloatType: lambda _, draw: draw.choice((0.0, 1.0, 0.1, 1e-9, draw.random())),
    info.BoolType: lambda _, draw: draw.random() < 0.5,
    info.BytesType: lambda _, draw: draw.randbytes(draw.randint(0, 9)),
    info.DateTimeType: lambda _, draw: AT + timedelta(microseconds=draw.randint(-(10**15), 10**15)),
    info.NoneType: lambda *_: None,
    info.LiteralType: lambda kind, draw: draw.choice(kind.values),
}


def any_of(kind: Any, draw: Draw) -> Any:
    """Some value of a type as msgspec sees it."""
    simple = SIMPLE.get(type(kind))
    if simple:
        return simple(kind, draw)
    match kind:
        case info.StructType():
            return kind.cls(**{field.name: any_of(field.type, draw) for field in kind.fields})
        case info.UnionType():
            return any_of(draw.choice(kind.types), draw)
        case info.VarTupleType():
            return tuple(any_of(kind.item_type, draw) for _ in range(draw.randint(0, 2)))
        case info.TupleType():
            return tuple(any_of(part, draw) for part in kind.item_types)
    return {any_of(kind.key_type, draw): any_of(kind.value_type, draw) for _ in range(draw.randint(0, 3))}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_record_comes_back_as_it_was_sent(kind: type[msgspec.Struct]) -> None:
    draw = Draw(kind.__name__)
    for _ in range(60):
        record = any_of(info.type_info(kind), draw)
        attributes = dict(wire.headers(record, id="x", source="test", time=AT))
        assert wire.read(attributes, wire.encode(record)) == record


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_record_says_its_schema_version_on_the_wire(kind: type[msgspec.Struct]) -> None:
    record = any_of(info.type_info(kind), Draw(1))
    newborn = msgspec.structs.replace(record, schema_version=1)
    told = wire.encode(newborn)
    if kind in wire.PACKED:
        assert next(iter(msgspec.msgpack.decode(told).items())) == ("schema_version", 1)
    else:
        assert told.startswith(b'{"schema_version":1,')


def test_a_block_between_stages_is_packed_says_so_and_is_read_as_json_too() -> None:
    block = StageBlock(kind="keys", shard=1, start=256, stop=300, body=bytes(range(256)))
    packed = wire.encode(block)
    assert block.body in packed
    assert wire.decode(StageBlock, packed) == wire.decode(StageBlock, msgspec.json.encode(block)) == block
    assert wire.as_json(StageBlock, packed) == msgspec.json.encode(block)
    headers = wire.headers(block, id="x", source="sign", time=AT)
    assert ("content-type", b"application/msgpack") in headers


def test_a_new_record_is_of_version_1() -> None:
    assert Watermark(origin=0, origins=1, at=AT).schema_version == 1


def test_headers_are_those_of_cloudevents_in_binary_mode() -> None:
    made = wire.headers(Watermark(origin=0, origins=1, at=AT), id="w:0", source="ingest", time=AT)
    assert made == (
        ("ce_specversion", b"1.0"),
        ("ce_type", b"newsfold.Watermark.v1"),
        ("ce_source", b"/newsfold/ingest"),
        ("ce_id", b"w:0"),
        ("ce_time", b"2025-03-10T06:12:00Z"),
        ("content-type", b"application/json"),
    )


def test_what_equals_its_default_is_left_out_of_an_article() -> None:
    article = Article(
        article_id="a",
        version_id="v",
        url="u",
        source="s",
        feed="f",
        title="",
        text="",
        language="de",
        first_seen_at=AT,
    )
    assert b"agencies" not in wire.encode(article)
    assert b"title" in wire.encode(article)


def test_a_local_time_comes_back_as_the_same_moment() -> None:
    local = AT.astimezone(timezone(timedelta(hours=1)))
    sent = wire.encode(Watermark(origin=0, origins=1, at=local))
    assert wire.decode(Watermark, sent).at == AT


@pytest.mark.parametrize(
    "attributes", [{}, {"ce_type": b"newsfold.Nothing.v1"}, {"ce_type": b"newsfold.Watermark.v2"}]
)
def test_a_record_of_no_type_of_ours_is_refused_by_name(attributes: dict[str, bytes]) -> None:
    with pytest.raises(wire.UnknownType, match="ce_type"):
        wire.read(attributes, b"{}")


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b'{"origin": "0"}', b"\xff"])
def test_a_record_that_is_not_what_its_header_says_is_refused(value: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        wire.read({"ce_type": b"newsfold.Watermark.v1"}, value)


def test_types_are_named_once() -> None:
    every = {kind for topic in TOPICS for kind in topic.types}
    assert len({wire.ce_type(kind) for kind in every}) == len(every)
