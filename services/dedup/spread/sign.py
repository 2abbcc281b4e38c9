"""Sign: what a span of texts says, beside what was seen on the days before. A task a lane."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from services.contracts import wire
from services.contracts.spread import BlockKind, StageBlock
from services.dedup import kernels
from services.dedup.batch.context import WholeDays
from services.dedup.batch.rows import name_of
from services.dedup.batch.stages import signing_of
from services.dedup.memory.ids import key_of
from services.dedup.memory.parts import pack_facts
from services.dedup.reader import Read, Reader
from services.dedup.search.lookup import Search
from services.dedup.search.profile import first_seen_us
from services.dedup.search.route import Entry, block, route
from services.dedup.search.sightings import Sightings
from services.dedup.settings import DedupSettings
from services.dedup.spread.blocks import (
    Body,
    DayPiece,
    RangeKeys,
    SignedRow,
    SignedSpan,
    Span,
    SpanColumns,
    body_of,
    copied,
    output,
    raw,
    read_block,
    tombstone,
)
from services.dedup.spread.layout import LANES, RANGES, all_lanes
from services.stream.bus import Output, Partition, Record
from services.stream.service import Step

_STATE = "sign-state"


class SignTask:
    def __init__(self, number: int, settings: DedupSettings) -> None:
        self._number, self._shard = number, number // LANES
        self._state = Partition(_STATE, number)
        self._settings = settings
        self._search = Search(settings)
        self._reach = min(settings.novelty_days, settings.window_days)
        self._novelty = WholeDays(days=self._reach, bits=settings.novelty_bits)
        self._reader = Reader(settings, self._search, self._novelty)
        self._pieces: defaultdict[int, dict[int, DayPiece]] = defaultdict(dict)
        """Of days of which not all is here."""
        self._kept: dict[int, int] = {}
        """In how many pieces each day stands in the changelog."""

    def restore(self, record: Record) -> None:
        if record.value is not None:
            self._take_piece(body_of(wire.decode(StageBlock, record.value), DayPiece))

    def restored(self) -> None: ...

    def held(self) -> int:
        return 0

    def step(self, records: Sequence[Record]) -> Step:
        blocks = [read_block(record) for record in records]
        step = Step()
        for record, one in zip(records, blocks, strict=True):
            if one.kind == "day":
                piece = body_of(one, DayPiece)
                self._take_piece(piece)
                step.outputs.append(copied(record, self._state, f"day:{piece.day}:{piece.piece}"))
                step.outputs += self._forget(piece.day)
            elif one.kind == "back":
                step.outputs.append(copied(record, Partition("pairs", self._number), "back"))
            else:
                step.outputs += self._sign(one)
            step.outcomes[one.kind] = step.outcomes.get(one.kind, 0) + 1
        return step

    def _take_piece(self, piece: DayPiece) -> None:
        pieces = self._pieces[piece.day]
        pieces[piece.piece] = piece
        self._kept[piece.day] = piece.pieces
        if len(pieces) < piece.pieces:
            return
        del self._pieces[piece.day]
        seen = Sightings(self._novelty.bound)
        held = b"".join(pieces[place].hashes for place in range(piece.pieces))
        seen.load({"held": held, "level": pack_facts(piece.level)})
        self._novelty.take_day(piece.day, seen)

    def _forget(self, today: int) -> list[Output]:
        gone = [day for day in self._kept if day < today - self._reach - 1]
        return [
            tombstone(self._state, f"day:{day}:{piece}")
            for day in gone
            for piece in range(self._kept.pop(day))
        ]

    def _sign(self, one: StageBlock) -> Iterator[Output]:
        span = body_of(one, Span)
        items = [
            Read(row.article, late=False, shown=None, counted=row.counted, current=None, screened=None)
            for row in span.rows
        ]
        kernels.note_texts(len(items))
        self._reader.advance(span.day)
        self._reader.read(items)
        signed = [SignedRow(item.article, signing_of(span.day, item)) for item in items]
        at = [first_seen_us(item.article) for item in items]
        hop = _Hop(self._shard, one.start, one.stop, max(at))
        yield hop.to(Partition("pairs", self._number), "signed", SignedSpan(signed))
        for lane in all_lanes("pairs", self._shard):
            yield hop.to(lane, "columns", _columns(signed, at))
        entries = [
            Entry(one.start + place, at[place], item.signed.keys.values)
            for place, item in enumerate(items)
            if item.signed
        ]
        for place, piece in enumerate(route(block("span", one.start, entries), RANGES)):
            keys = RangeKeys(
                *(each.tobytes() for each in (piece.versions, piece.at_us, piece.keys, piece.owners))
            )
            yield hop.to(Partition("keys", place), "keys", keys)


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
