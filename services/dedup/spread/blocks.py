"""What stands in the blocks between the stages. Arrays are little-endian bytes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar, cast

import msgspec
import numpy as np
import numpy.typing as npt

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.spread import BlockKind, StageBlock
from services.dedup.batch.look import Look
from services.dedup.foresight import Signing
from services.dedup.order import Place
from services.dedup.search.index import Partials
from services.dedup.spread.readings import PackedReading
from services.stream.bus import Output, Partition, Record
from services.stream.service import Poison

T = TypeVar("T")
_PACK = msgspec.msgpack.Encoder()
_PAIR_BYTES = 20
PART_BYTES = 1 << 20
"""What a block may grow with how many texts are alike is told in parts of about that: a bus takes records of
a few MB.
"""


class Body(msgspec.Struct, frozen=True, array_like=True):
    """Of a block."""


class SpanRow(Body, frozen=True):
    name: int
    at_us: int
    owner: int
    """The first bits of its article's id."""
    article: Article
    signing: Signing
    """But for its sketch, where it is to be signed."""
    reading: PackedReading | None
    """None where there is nothing to be signed, or too much to be told."""


class Span(Body, frozen=True):
    """Texts to be signed."""

    rows: list[SpanRow]


class PassedRow(Body, frozen=True):
    """A `SpanRow` whose article is passed on as it is."""

    name: int
    at_us: int
    owner: int
    article: msgspec.Raw
    signing: Signing
    reading: PackedReading | None


class PassedSpan(Body, frozen=True):
    rows: list[PassedRow]


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


class EncodedSpan(Body, frozen=True):
    """A `SignedSpan` of which each row is as it is kept."""

    rows: list[msgspec.Raw]


class SpanReadings(Body, frozen=True):
    """Beside `SignedSpan`, to be forgotten: who does not know them reads again."""

    rows: list[PackedReading | None]


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
    """0 where more is to come."""
    first: bytes = b""
    second: bytes = b""
    counts: bytes = b""


Shared = tuple[int, int, int]
"""A row, and the bands and samples it has in common with another."""


class AskRow(Body, frozen=True):
    """A text, and older rows to compare it with."""

    name: int
    signed: SignedRow
    reading: PackedReading | None
    others: list[Shared]


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
    notices: list[str] = []
    """Versions of which plan waits to be told what they withdraw."""
    before: Place | None = None
    """Of what is due by the promise at `until`, so much is to be decided beside: up to that place."""


class Notice(Body, frozen=True):
    """A new article that may withdraw another of its publisher."""

    version: str
    source: str
    at: datetime


class Awaiting(Body, frozen=True):
    """What plan has not been told yet."""

    notices: list[Notice] = []


class NoticeAnswer(Body, frozen=True):
    """What a notice withdraws."""

    version: str
    """Of the notice."""
    article: str
    """Empty where it withdraws nothing."""


class Answer(Body, frozen=True):
    """All of a span but what other lanes are asked for, or a part of it."""

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
    """Lanes that will tell more; in the last part."""
    is_last: bool = True


class LookAnswer(Body, frozen=True):
    lane: int
    looks: list[tuple[int, Look]]
    is_last: bool = True


class BackAnswer(Body, frozen=True):
    number: int
    name: int
    others: bytes
    counts: bytes
    is_known: bool = True


Looked = tuple[int, msgspec.Raw]
"""A look, encoded, with the name of its newer text."""


def looked(name: int, look: Look) -> Looked:
    return name, msgspec.Raw(_PACK.encode(look))


class AnsweredRow(NamedTuple):
    """What a lane tells of one of its rows."""

    name: int
    signing: msgspec.Raw
    others: npt.NDArray[np.uint64]
    """Names."""
    counts: npt.NDArray[np.uint32]
    looks: list[Looked]

    def nbytes(self) -> int:
        told = sum(len(look) for _, look in self.looks)
        return self.others.nbytes + self.counts.nbytes + len(self.signing) + told


def answer_parts(rows: Iterable[AnsweredRow], asked: list[int]) -> Iterator[Answer]:
    for part, is_last in in_parts(rows, AnsweredRow.nbytes):
        yield Answer(
            rows=cast(list[tuple[int, Signing]], [(row.name, row.signing) for row in part]),
            bounds=raw(np.cumsum([0, *(len(row.others) for row in part)]), np.int64),
            others=b"".join(raw(row.others, np.uint64) for row in part),
            counts=b"".join(raw(row.counts, np.uint32) for row in part),
            looks=cast(list[tuple[int, Look]], [look for row in part for look in row.looks]),
            asked=asked if is_last else [],
            is_last=is_last,
        )


def share_parts(place: int, all_to: int, pairs: Partials) -> Iterator[SharedKeys]:
    """Of a range. How far all is there the last part says."""
    most = max(1, PART_BYTES // _PAIR_BYTES)
    for start in range(0, max(1, len(pairs.first)), most):
        first, second, counts = (each[start : start + most] for each in pairs)
        told = all_to if start + most >= len(pairs.first) else 0
        yield SharedKeys(place, told, raw(first, np.int64), raw(second, np.int64), raw(counts, np.uint32))


def look_parts(lane: int, looks: Iterable[Looked]) -> Iterator[LookAnswer]:
    for part, is_last in in_parts(looks, lambda told: len(told[1])):
        yield LookAnswer(lane, cast(list[tuple[int, Look]], part), is_last)


def in_parts(items: Iterable[T], nbytes: Callable[[T], int]) -> Iterator[tuple[list[T], bool]]:
    """Runs of items, and whether each is the last: one that is empty where there are none."""
    part: list[T] = []
    held = 0
    for item in items:
        more = nbytes(item)
        if part and held + more > PART_BYTES:
            yield part, False
            part, held = [], 0
        part.append(item)
        held += more
    yield part, True


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
