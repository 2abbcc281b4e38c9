"""Plan: which texts are read, on which day, and how worn they are by then. A task a shard."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.canaries import CanaryArticle
from services.contracts.clusters import Cluster
from services.contracts.spread import BlockKind, StageBlock
from services.dedup.batch.rows import name_of
from services.dedup.folded import Folded
from services.dedup.foresight import Signing
from services.dedup.memory.ids import key_of
from services.dedup.memory.parts import pack_facts, unpack_facts
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.search.profile import first_seen_us
from services.dedup.service import DedupTask, Taken
from services.dedup.settings import DedupSettings
from services.dedup.spread.blind import BlindReader, Event, Reappearance, Row, blind
from services.dedup.spread.blocks import BackRequest, Body, PlanStep, Span, SpanRow, output
from services.dedup.spread.layout import RANGES, SPAN, lane_partition
from services.dedup.spread.readings import MOST_BYTES, PackedReading, pack
from services.stream.bus import Output, Partition, Record
from services.stream.service import Parts, Step

_ROWS = "rows"
_SPAN_TEXT = 1 << 20
"""Characters, after which a span ends before its last row could: what it becomes is to fit in a record."""
_UNITS = 4
"""Bytes of a reading for a character: a text of words has fewer, one without blanks has more."""


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
    start: int
    rows: list[SpanRow]


def _span_row(article: Article, signing: Signing, reading: PackedReading | None) -> SpanRow:
    at_us = first_seen_us(article)
    owner = key_of(article.article_id)[0]
    return SpanRow(name_of(article.version_id, at_us), at_us, owner, article, signing, reading)


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
            else:
                self.backs.append(event)
                self._ask_back(event)
        self._close()

    def _add(self, row: Row) -> None:
        reading = None if row.signing.screened else pack(row.reading)
        if reading and reading.nbytes > MOST_BYTES:
            reading = None
        length = max(len(row.article.text), reading.nbytes // _UNITS if reading else 0)
        if self._open and (row.number % SPAN == 0 or self._length + length > _SPAN_TEXT):
            self._close()
        if self._open is None:
            self._open, self._length = _Open(row.number, []), 0
        self._open.rows.append(_span_row(row.article, row.signing, reading))
        self._length += length

    def _close(self) -> None:
        if self._open is None:
            return
        start, rows = self._open
        self._open = None
        self.spans.append(start)
        self.outputs.append(
            output(
                lane_partition("spans", self._shard, start),
                "span",
                f"span:{start}",
                Span(rows),
                source="plan",
                shard=self._shard,
                at_us=max(row.at_us for row in rows),
                start=start,
                stop=start + len(rows),
            )
        )

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
