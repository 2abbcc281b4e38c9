"""Cut: what is to be read becomes spans, each for its lane."""

from collections.abc import Sequence
from typing import NamedTuple

from services.contracts.articles import Article
from services.contracts.spread import BlockKind
from services.dedup.batch.rows import name_of
from services.dedup.foresight import Signing
from services.dedup.memory.ids import key_of
from services.dedup.search.profile import first_seen_us
from services.dedup.spread.blocks import BackRequest, Span, SpanRow, output
from services.dedup.spread.layout import RANGES, SPAN, lane_partition
from services.dedup.spread.plan.blind import Event, Reappearance, Row
from services.dedup.spread.readings import MOST_BYTES, PackedReading, pack
from services.stream.bus import Output, Partition

_SPAN_TEXT = 1 << 20
"""Characters, after which a span ends before its last row could: what it becomes is to fit in a record."""
_UNITS = 4
"""Bytes of a reading for a character: a text of words has fewer, one without blanks has more."""


class _Open(NamedTuple):
    start: int
    rows: list[SpanRow]


def _span_row(article: Article, signing: Signing, reading: PackedReading | None) -> SpanRow:
    at_us = first_seen_us(article)
    owner = key_of(article.article_id)[0]
    return SpanRow(name_of(article.version_id, at_us), at_us, owner, article, signing, reading)


class Cut:
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
            elif isinstance(event, Reappearance):
                self._close()  # its own row may be among them, and goes before it
                self.backs.append(event)
                self._ask_back(event)
        self._close()

    def _add(self, row: Row) -> None:
        reading = pack(row.reading) if row.reading and not row.signing.screened else None
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
        kind: BlockKind = "known" if rows[0].signing.sketch else "span"
        self.spans.append(start)
        self.outputs.append(
            output(
                lane_partition("spans", self._shard, start),
                kind,
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
