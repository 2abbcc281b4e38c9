"""Plan: which texts are read, on which day, and what was seen on days that are over. A task a shard."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.contracts import wire
from services.contracts.canaries import CanaryArticle
from services.contracts.clusters import Cluster
from services.contracts.spread import BlockKind, StageBlock
from services.dedup.folded import Folded
from services.dedup.memory.parts import pack_facts, unpack_facts
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.service import DedupTask, Taken
from services.dedup.settings import DedupSettings
from services.dedup.spread.blind import BlindReader, ClosedDay, Event, Reappearance, Row, blind
from services.dedup.spread.blocks import BackRequest, Body, DayPiece, PlanStep, Span, SpanRow, output
from services.dedup.spread.layout import RANGES, SPAN, all_lanes, lane_partition
from services.stream.bus import Output, Partition, Record
from services.stream.service import Parts, Step

_ROWS = "rows"
_SPAN_TEXT = 1 << 20
"""Characters, after which a span ends before its last row could: what it becomes is to fit in a record."""
_PIECE = 32_768
"""Shingles of a record of what was seen on a day: 256 kB."""


class PlanTask(DedupTask):
    """The order of decision and a blind fold."""

    source = "plan"
    changelog = "plan-state"

    def __init__(self, number: int, settings: DedupSettings, open_store: OpenStore = HeapStore) -> None:
        self._blind = BlindReader(settings)
        super().__init__(number, settings, open_store=open_store, outside=blind(self._blind, settings))
        self._since = 0
        self._rows = 0, 0
        """And how many are shown again, as the changelog has it."""

    def restore(self, record: Record) -> None:
        if record.key != _ROWS.encode():
            super().restore(record)
        elif record.value is not None:
            told = wire.decode(StageBlock, record.value)
            self._rows = self._blind.rows, self._blind.backs = told.start, told.stop

    def restored(self) -> None:
        if self._restoring is not None:
            super().restored()
            self._blind.count_again(self._fold.window)
            self._blind.take_events()

    def save(self) -> Parts:
        return {**super().save(), "rows": pack_facts(self._rows)}

    def load(self, parts: Parts) -> None:
        super().load(parts)
        self._rows = unpack_facts(parts["rows"], tuple[int, int])
        self._blind.rows, self._blind.backs = self._rows

    def _go_on(self, taken: Iterable[tuple[Record, Taken]]) -> Step:
        self._since = self._taken
        step = super()._go_on(taken)
        step.noted, step.levels = {}, {}
        return step

    def _take(self, taken: Iterable[tuple[Record, Taken]], folded: Folded) -> None:
        wanted = []
        for record, value in taken:
            if isinstance(value, CanaryArticle):  # the fold lets it pass
                self._taken = max(self._taken, record.offset + 1)
                folded.outcomes["canary"] += 1
            else:
                wanted.append((record, value))
        super()._take(wanted, folded)

    def _state(self, folded: Folded) -> list[Output]:
        folded.clusters = list[Cluster]()
        return super()._state(folded)

    def _outputs(self, folded: Folded) -> list[Output]:  # noqa: ARG002 - it tells nothing of pairs
        cut = _Cut(self._number, self._now_us())
        cut.take(self._blind.take_events())
        outputs = cut.outputs
        if self._taken > self._since:
            planned = PlanStep(self._since, self._taken, cut.spans, [back.number for back in cut.backs])
            outputs.append(self._block("answers", "planned", planned))
        if (self._blind.rows, self._blind.backs) != self._rows:
            self._rows = self._blind.rows, self._blind.backs
            outputs.append(self._block(self.changelog, "rows", Body(), *self._rows))
        return outputs

    def _block(self, topic: str, kind: BlockKind, body: Body, start: int = 0, stop: int = 0) -> Output:
        return output(
            Partition(topic, self._number),
            kind,
            kind,
            body,
            source=self.source,
            shard=self._number,
            at_us=self._now_us(),
            start=start,
            stop=stop,
        )

    def _now_us(self) -> int:
        decided = self._order.decided
        return wire.microseconds(decided[0]) if decided else 1


class _Open(NamedTuple):
    day: int
    rows: list[Row]


class _Cut:
    """Events cut to spans, each for its lane."""

    def __init__(self, shard: int, now_us: int) -> None:
        self._shard, self._now_us = shard, now_us
        self._open: _Open | None = None
        self._length = 0
        self.outputs: list[Output] = []
        self.spans: list[int] = []
        self.backs: list[Reappearance] = []

    def take(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Row):
                self._add(event)
            elif isinstance(event, ClosedDay):
                self._close()
                self._tell_day(event)
            else:
                self.backs.append(event)
                self._ask_back(event)
        self._close()

    def _add(self, row: Row) -> None:
        length = len(row.article.text)
        if self._open and (
            row.number % SPAN == 0 or row.day != self._open.day or self._length + length > _SPAN_TEXT
        ):
            self._close()
        if self._open is None:
            self._open, self._length = _Open(row.day, []), 0
        self._open.rows.append(row)
        self._length += length

    def _close(self) -> None:
        if self._open is None:
            return
        day, rows = self._open
        self._open = None
        start, stop = rows[0].number, rows[-1].number + 1
        self.spans.append(start)
        self.outputs.append(
            output(
                lane_partition("spans", self._shard, start),
                "span",
                f"span:{start}",
                Span(day, [SpanRow(row.article, row.counted) for row in rows]),
                source="plan",
                shard=self._shard,
                at_us=max(wire.microseconds(row.article.first_seen_at) for row in rows),
                start=start,
                stop=stop,
            )
        )

    def _tell_day(self, closed: ClosedDay) -> None:
        hashes = closed.seen.hashes()
        pieces = max(1, math.ceil(len(hashes) / _PIECE))
        for piece in range(pieces):
            part = hashes[piece * _PIECE : (piece + 1) * _PIECE]
            body = DayPiece(closed.day, piece, pieces, closed.seen.level, part.tobytes())
            self.outputs += [
                output(
                    lane,
                    "day",
                    f"day:{closed.day}:{piece}",
                    body,
                    source="plan",
                    shard=self._shard,
                    at_us=(closed.day + 1) * 86_400_000_000,
                )
                for lane in all_lanes("spans", self._shard)
            ]

    def _ask_back(self, back: Reappearance) -> None:
        """Its lane, behind its span; the ranges, which that one will ask, so that they forget nothing."""
        ranges = [Partition("keys", number) for number in range(RANGES)]
        self.outputs += [
            output(
                partition,
                "back",
                f"back:{back.number}",
                BackRequest(back.number),
                source="plan",
                shard=self._shard,
                at_us=self._now_us,
                start=back.row,
                stop=back.before,
            )
            for partition in (lane_partition("spans", self._shard, back.row), *ranges)
        ]
