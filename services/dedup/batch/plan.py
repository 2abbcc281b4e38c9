"""Plan: which texts the fold will read, and on which day, before it does.

It follows from the order of decision and from each article's own sightings. One that was seen once is read;
of one that was seen more often the fold itself is asked, over such articles alone. That is a guess where an
article hangs on another (a notice at another address that withdraws it); the fold notices, and says
`Unforeseen`.
"""

from array import array
from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.dedup.batch.rows import SIGHTED, SPAN, Columns, SightedRow, Span, Spans, Table, name_of, pack
from services.dedup.batch.store import Store
from services.dedup.fold import Fold
from services.dedup.folded import Folded
from services.dedup.memory.ids import key_of
from services.dedup.order import Due, Order, seen_at
from services.dedup.settings import DedupSettings
from services.dedup.window import day_of

_NONE = -1
_ROW = msgspec.msgpack.Decoder(SightedRow)


class Plan:
    """Sightings of one shard, laid down as rows as they are read from the log."""

    def __init__(self, settings: DedupSettings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._order = Order(limit=settings.buffer_limit)
        self._taken = 0
        self._spans: list[Span] = []
        self._held: list[SightedRow] = []
        """Of the span to come."""
        self._today = 0
        self._names, self._at_us, self._articles = array("Q"), array("q"), array("Q")

    def take(self, value: Article | Withdrawal | Watermark) -> None:
        """The next value of the log."""
        if isinstance(value, Watermark):
            dues = self._order.promise(value)
        else:
            dues = [] if self._order.holds(value) else self._order.offer(value, self._taken)
        self._taken += 1
        for due in dues:
            self._lay_down(due)

    def table(self) -> Table:
        """Of all that was taken; what waits for a promise still is in no row."""
        self._close()
        count = len(self._names)
        columns = Columns(
            names=np.frombuffer(self._names, np.uint64),
            at_us=np.frombuffer(self._at_us, np.int64),
            article=np.frombuffer(self._articles, np.uint64),
            opened=np.zeros(count, bool),
            recounted=np.zeros(count, bool),
            returning=np.zeros(count, bool),
            replaced=np.full(count, _NONE, np.int64),
        )
        table = Table(self._spans, columns)
        _, places, times = np.unique(columns.article, return_inverse=True, return_counts=True)
        often = times[places] > 1
        columns.opened[:] = ~often
        _Guess(self._settings, table).follow(_dues(table, self._store, np.flatnonzero(often).tolist()))
        return table

    def _lay_down(self, due: Due) -> None:
        at, sighting = seen_at(due.sighting), due.sighting
        day = max(self._today, day_of(at))
        if day != self._today or len(self._held) == SPAN:
            self._close()
        self._today = day
        self._held.append(_row(due))
        at_us = wire.microseconds(at)
        self._names.append(name_of(sighting.version_id, at_us) if isinstance(sighting, Article) else 0)
        self._at_us.append(at_us)
        self._articles.append(key_of(sighting.article_id)[0])

    def _close(self) -> None:
        if self._held:
            stop = len(self._names)
            span = Span(len(self._spans), self._today, stop - len(self._held), stop)
            self._store.put(SIGHTED, span.number, pack(self._held))
            self._spans.append(span)
            self._held = []


def _row(due: Due) -> SightedRow:
    if isinstance(due.sighting, Article):
        return SightedRow(due.late, article=due.sighting)
    return SightedRow(due.late, withdrawal=due.sighting)


def _dues(table: Table, store: Store, rows: Iterable[int]) -> Iterator[tuple[int, Due]]:
    spans = Spans(store, table.spans)
    for row in rows:
        raw = spans.of(SIGHTED, row)
        assert raw is not None
        yield row, _ROW.decode(raw).due


class _Guess:
    """The fold over some articles, watched."""

    def __init__(self, settings: DedupSettings, table: Table) -> None:
        self._fold = Fold(settings)
        self._columns = table.columns
        self._rows: dict[tuple[str, int], int] = {}
        """Of each version, by when it was first seen."""

    def follow(self, dues: Iterable[tuple[int, Due]]) -> None:
        for row, due in dues:
            self._take(row, due)

    def _take(self, row: int, due: Due) -> None:
        window, sighting, folded = self._fold.window, due.sighting, Folded()
        self._fold.begin(day_of(seen_at(sighting)), folded)
        before, current = window.get(sighting.version_id), window.current(sighting.article_id)
        replaced = self._row_of(current.record.article) if current else _NONE
        recounted = before is not None and before.record.counted
        self._fold.fold([due], folded)
        if not isinstance(sighting, Article):
            return
        told = folded.outcomes["story"] + folded.outcomes["screened"] > 0
        if told and not folded.noted["articles_total", "churn"]:
            self._columns.opened[row] = True
            self._columns.recounted[row] = recounted
            self._columns.replaced[row] = replaced
            self._rows[sighting.version_id, wire.microseconds(sighting.first_seen_at)] = row
        if folded.outcomes["shown-again"] and before is not None:
            self._columns.returning[self._row_of(before.record.article)] = True

    def _row_of(self, article: Article) -> int:
        return self._rows.get((article.version_id, wire.microseconds(article.first_seen_at)), _NONE)
