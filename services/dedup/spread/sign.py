"""Sign: what texts are found by, made of their readings. A task a lane, without a state."""

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from services.contracts.spread import BlockKind, StageBlock
from services.dedup import kernels
from services.dedup.batch.rows import name_of
from services.dedup.memory.ids import key_of
from services.dedup.search.lookup import Search, Signed
from services.dedup.search.profile import first_seen_us, read
from services.dedup.search.route import Entry, block, route
from services.dedup.search.seen import unpack as unpack_seen
from services.dedup.settings import DedupSettings
from services.dedup.spread.blocks import (
    Body,
    RangeKeys,
    SignedRow,
    SignedSpan,
    Span,
    SpanColumns,
    SpanReadings,
    SpanRow,
    body_of,
    copied,
    output,
    raw,
    read_block,
)
from services.dedup.spread.layout import LANES, RANGES, all_lanes
from services.dedup.spread.readings import unpack
from services.stream.bus import Output, Partition, Record
from services.stream.service import Step


class SignTask:
    def __init__(self, number: int, settings: DedupSettings) -> None:
        self._number, self._shard = number, number // LANES
        self._search = Search(settings)

    def restore(self, record: Record) -> None: ...

    def restored(self) -> None: ...

    def held(self) -> int:
        return 0

    def step(self, records: Sequence[Record]) -> Step:
        blocks = [read_block(record) for record in records]
        step = Step()
        for record, one in zip(records, blocks, strict=True):
            if one.kind == "back":
                step.outputs.append(copied(record, Partition("pairs", self._number), "back"))
            else:
                step.outputs += self._sign(one)
            step.outcomes[one.kind] = step.outcomes.get(one.kind, 0) + 1
        return step

    def _sign(self, one: StageBlock) -> Iterator[Output]:
        rows = body_of(one, Span).rows
        kernels.note_texts(len(rows))
        found = [self._signed(row) for row in rows]
        signed = [_told(row, made) for row, made in zip(rows, found, strict=True)]
        at = [first_seen_us(row.article) for row in rows]
        hop = _Hop(self._shard, one.start, one.stop, max(at))
        yield hop.to(Partition("pairs", self._number), "signed", SignedSpan(signed))
        readings = [row.reading and row.reading.without_narrow() for row in rows]
        yield hop.to(Partition("pairs", self._number), "readings", SpanReadings(readings))
        for lane in all_lanes("pairs", self._shard):
            yield hop.to(lane, "columns", _columns(signed, at))
        entries = [
            Entry(one.start + place, at[place], made.keys.values) for place, made in enumerate(found) if made
        ]
        for place, piece in enumerate(route(block("span", one.start, entries), RANGES)):
            keys = RangeKeys(
                *(each.tobytes() for each in (piece.versions, piece.at_us, piece.keys, piece.owners))
            )
            yield hop.to(Partition("keys", place), "keys", keys)

    def _signed(self, row: SpanRow) -> Signed | None:
        """None where it is screened."""
        if row.signing.screened:
            return None
        reading = unpack(row.reading) if row.reading else read(row.article.text)
        days = unpack_seen(row.signing.seen, len(reading.unique))
        return self._search.sign([(row.article, reading, days)])[0]


def _told(row: SpanRow, made: Signed | None) -> SignedRow:
    if made is None:
        return SignedRow(row.article, row.signing)
    return SignedRow(row.article, replace(row.signing, sketch=made.sketch, samples=made.keys.samples))


class _Hop:
    """Of a span."""

    def __init__(self, shard: int, start: int, stop: int, at_us: int) -> None:
        self._shard, self._start, self._stop, self._at_us = shard, start, stop, at_us

    def to(self, partition: Partition, kind: BlockKind, body: Body) -> Output:
        return output(
            partition,
            kind,
            f"{kind}:{self._start}",
            body,
            source="sign",
            shard=self._shard,
            at_us=self._at_us,
            start=self._start,
            stop=self._stop,
        )


def _columns(rows: Sequence[SignedRow], at_us: Sequence[int]) -> SpanColumns:
    articles = [row.article for row in rows]
    return SpanColumns(
        names=raw([name_of(a.version_id, at) for a, at in zip(articles, at_us, strict=True)], np.uint64),
        at_us=raw(at_us, np.int64),
        articles=raw([key_of(a.article_id)[0] for a in articles], np.uint64),
        samples=raw([row.signing.samples for row in rows], np.uint32),
    )
