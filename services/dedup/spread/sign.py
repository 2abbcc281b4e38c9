"""Sign: what texts are found by, made of their readings. A task a lane, without a state."""

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from msgspec.msgpack import decode
from msgspec.structs import replace

from services.contracts.articles import Article
from services.contracts.sketches import Sketch
from services.contracts.spread import BlockKind, StageBlock
from services.dedup import kernels
from services.dedup.search.profile import read, weighed
from services.dedup.search.route import Entry, block, route
from services.dedup.search.seen import unpack as unpack_seen
from services.dedup.search.sketch import Signer, Signs, sign
from services.dedup.search.traces import Known, traces
from services.dedup.settings import DedupSettings, scheme
from services.dedup.spread.blocks import (
    Body,
    PassedRow,
    PassedSpan,
    RangeKeys,
    SignedRow,
    SignedSpan,
    SpanColumns,
    SpanReadings,
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
        self._signer, self._scheme = Signer(settings), scheme(settings)
        self._least = settings.novelty_least

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
        rows = body_of(one, PassedSpan).rows
        kernels.note_texts(len(rows))
        signs = [self._signs(row) for row in rows]
        signed = [self._signed(row, made) for row, made in zip(rows, signs, strict=True)]
        hop = _Hop(self._shard, one.start, one.stop, max(row.at_us for row in rows))
        mine, is_known = Partition("pairs", self._number), one.kind == "known"
        yield hop.to(mine, "known" if is_known else "signed", SignedSpan(signed))
        if not is_known:
            readings = [row.reading and row.reading.without_narrow() for row in rows]
            yield hop.to(mine, "readings", SpanReadings(readings))
        told = hop.to(mine, "columns", _columns(rows, signed))
        yield from (replace(told, partition=lane) for lane in all_lanes("pairs", self._shard))
        entries = [
            Entry(one.start + place, row.at_us, made.keys.values)
            for place, (row, made) in enumerate(zip(rows, signs, strict=True))
            if made
        ]
        for place, piece in enumerate(route(block("span", one.start, entries), RANGES)):
            keys = RangeKeys(
                *(each.tobytes() for each in (piece.versions, piece.at_us, piece.keys, piece.owners))
            )
            yield hop.to(Partition("keys", place), "known" if is_known else "keys", keys)

    def _signs(self, row: PassedRow) -> Signs | None:
        """None where it is screened."""
        if row.signing.screened:
            return None
        if row.signing.sketch:
            return self._signs_again(row, row.signing.sketch)
        reading = unpack(row.reading) if row.reading else read(decode(row.article, type=Article).text)
        days = unpack_seen(row.signing.seen, len(reading.unique))
        return sign(self._signer, reading, days, weighed(reading, days), least=self._least)

    def _signs_again(self, row: PassedRow, sketch: Sketch) -> Signs:
        """Of what was signed before."""
        signature = np.frombuffer(sketch.signature, "<u4").astype(np.uint32) if sketch.signature else None
        known = Known(decode(row.article, type=Article).text, row.signing.seen, signature)
        (trace,) = traces(self._signer, [known], self._least)
        return Signs(keys=trace.keys, signature=signature, novel=sketch.novel)

    def _signed(self, row: PassedRow, made: Signs | None) -> SignedRow:
        article, signing = cast(Article, row.article), row.signing
        if made is None:
            return SignedRow(article, signing)
        signature = b"" if made.signature is None else raw(made.signature, "<u4")
        sketch = Sketch(scheme=self._scheme, signature=signature, novel=made.novel)
        return SignedRow(article, replace(signing, sketch=sketch, samples=made.keys.samples))


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


def _columns(rows: Sequence[PassedRow], signed: Sequence[SignedRow]) -> SpanColumns:
    return SpanColumns(
        names=raw([row.name for row in rows], np.uint64),
        at_us=raw([row.at_us for row in rows], np.int64),
        articles=raw([row.owner for row in rows], np.uint64),
        samples=raw([row.signing.samples for row in signed], np.uint32),
    )
