"""What stands in the blocks between the stages. Arrays are little-endian bytes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.spread import BlockKind, StageBlock
from services.dedup.batch.look import Look
from services.dedup.foresight import Signing
from services.dedup.search.index import Partials
from services.stream.bus import Output, Partition, Record
from services.stream.service import Poison

T = TypeVar("T")
_PACK = msgspec.msgpack.Encoder()


class Body(msgspec.Struct, frozen=True, array_like=True):
    """Of a block."""


class SpanRow(Body, frozen=True):
    article: Article
    counted: bool
    """At an earlier sight, so that it is not counted again."""


class Span(Body, frozen=True):
    """Texts to be read."""

    day: int
    """On which they are decided."""
    rows: list[SpanRow]


class DayPiece(Body, frozen=True):
    """Some of what was seen on a day that is over."""

    day: int
    piece: int
    pieces: int
    level: int
    hashes: bytes


class RangeKeys(Body, frozen=True):
    """The keys of a span in one range; nothing where it has none there."""

    rows: bytes = b""
    """int64"""
    at_us: bytes = b""
    """int64"""
    keys: bytes = b""
    """uint64, as they are routed"""
    owners: bytes = b""
    """int32, for each key the place of its row"""


class SignedRow(Body, frozen=True):
    article: Article
    signing: Signing


class SignedSpan(Body, frozen=True):
    rows: list[SignedRow]


class SpanColumns(Body, frozen=True):
    """What is told of each row of a span to whoever chooses among all."""

    names: bytes
    """uint64"""
    at_us: bytes
    """int64"""
    articles: bytes
    """uint64, the first bits of the id"""
    samples: bytes
    """uint32"""


class SharedKeys(Body, frozen=True):
    """Which rows share keys in a range, and up to which row it has all."""

    range: int
    all_to: int
    first: bytes = b""
    second: bytes = b""
    counts: bytes = b""


class AskRow(Body, frozen=True):
    """A text, and older rows to compare it with: with so many bands and samples in common."""

    name: int
    signed: SignedRow
    others: list[tuple[int, int, int]]


class Ask(Body, frozen=True):
    lane: int
    """Who is asked."""
    rows: list[AskRow]


class BackRequest(Body, frozen=True):
    """A row is shown again: who shares its keys among all rows before another?"""

    number: int


class Probe(Body, frozen=True):
    """The same, and its keys."""

    number: int
    at_us: int
    keys: bytes


class ProbeAnswer(Body, frozen=True):
    number: int
    range: int
    rows: bytes
    counts: bytes


class PlanStep(Body, frozen=True):
    """What is to come of the articles from one offset to another."""

    since: int
    until: int
    spans: list[int]
    """By their first row."""
    backs: list[int]
    """By number, what is shown again."""


class Answer(Body, frozen=True):
    """All of a span but what other lanes are asked for."""

    rows: list[tuple[int, Signing]]
    """By name."""
    bounds: bytes
    """int64, where the neighbours of each row begin, and the end"""
    others: bytes
    """uint64, names"""
    counts: bytes
    """uint32"""
    looks: list[tuple[int, Look]]
    asked: list[int]
    """Lanes that will tell more."""


class LookAnswer(Body, frozen=True):
    lane: int
    looks: list[tuple[int, Look]]


class BackAnswer(Body, frozen=True):
    number: int
    name: int
    others: bytes
    counts: bytes
    is_known: bool = True


def output(
    partition: Partition,
    kind: BlockKind,
    key: str,
    body: Body,
    *,
    source: str,
    shard: int,
    at_us: int,
    start: int = 0,
    stop: int = 0,
) -> Output:
    block = StageBlock(kind=kind, shard=shard, start=start, stop=stop, at_us=at_us, body=_PACK.encode(body))
    at = datetime.fromtimestamp(at_us / 1_000_000, UTC)
    headers = wire.headers(block, id=f"{kind}:{shard}:{key}", source=source, time=at)
    return Output(partition, key.encode(), wire.encode(block), headers)


def copied(record: Record, partition: Partition, key: str) -> Output:
    """What came, as it is remembered."""
    return Output(partition, key.encode(), record.value, record.headers)


def tombstone(partition: Partition, key: str) -> Output:
    return Output(partition, key.encode(), None)


def read_block(record: Record) -> StageBlock:
    """Raises `Poison`."""
    if record.value is None:
        raise Poison("tombstone", "a block cannot be withdrawn by a null value")
    try:
        return wire.decode(StageBlock, record.value)
    except msgspec.MsgspecError as error:
        raise Poison("undecodable", str(error)) from error


def body_of(block: StageBlock, kind: type[T]) -> T:
    return msgspec.msgpack.decode(block.body, type=kind)


def partials(shared: SharedKeys) -> Partials:
    return Partials(
        np.frombuffer(shared.first, np.int64),
        np.frombuffer(shared.second, np.int64),
        np.frombuffer(shared.counts, np.uint32),
    )


def raw(values: Sequence[int] | npt.NDArray[np.generic], kind: npt.DTypeLike) -> bytes:
    return np.asarray(values, kind).tobytes()
