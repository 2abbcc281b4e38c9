"""Plan: which texts the fold will read, and on which day, before it does.

It follows from the order of decision and from each article's own sightings. One that was seen once is read;
of one that was seen more often the fold itself is asked, over such articles alone. That is a guess where an
article hangs on another (a notice at another address that withdraws it); the fold notices, and says
`Unforeseen`.
"""

from collections import Counter
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


def plan(log: Iterable[Article | Withdrawal | Watermark], settings: DedupSettings, store: Store) -> Table:
    """Lay down the sightings of a log as rows."""
    spans, names, at_us, articles = _lay_down(_dues(log, settings), store)
    count = len(names)
    columns = Columns(
        names=np.array(names, np.uint64),
        at_us=np.array(at_us, np.int64),
        article=np.array(articles, np.uint64),
        opened=np.zeros(count, bool),
        recounted=np.zeros(count, bool),
        returning=np.zeros(count, bool),
        replaced=np.full(count, _NONE, np.int64),
    )
    table = Table(spans, columns)
    often = {article for article, times in Counter(articles).items() if times > 1}
    columns.opened[:] = [article not in often for article in articles]
    _Guess(settings, table).follow(_seen_often(table, store, often))
    return table


def _dues(log: Iterable[Article | Withdrawal | Watermark], settings: DedupSettings) -> Iterator[Due]:
    order = Order(limit=settings.buffer_limit)
    for offset, value in enumerate(log):
        if isinstance(value, Watermark):
            yield from order.promise(value)
        elif not order.holds(value):
            yield from order.offer(value, offset)


def _lay_down(dues: Iterable[Due], store: Store) -> tuple[list[Span], list[int], list[int], list[int]]:
    spans: list[Span] = []
    names: list[int] = []
    at_us: list[int] = []
    articles: list[int] = []
    held: list[SightedRow] = []
    today = 0

    def close() -> None:
        if held:
            store.put(SIGHTED, len(spans), pack(held))
            spans.append(Span(len(spans), today, len(names) - len(held), len(names)))
            held.clear()

    for due in dues:
        sighting = due.sighting
        day = max(today, day_of(seen_at(sighting)))
        if day != today or len(held) == SPAN:
            close()
        today = day
        held.append(_row(due))
        at = wire.microseconds(seen_at(sighting))
        names.append(name_of(sighting.version_id, at) if isinstance(sighting, Article) else 0)
        at_us.append(at)
        articles.append(key_of(sighting.article_id)[0])
    close()
    return spans, names, at_us, articles


def _row(due: Due) -> SightedRow:
    if isinstance(due.sighting, Article):
        return SightedRow(due.late, article=due.sighting)
    return SightedRow(due.late, withdrawal=due.sighting)


def _seen_often(table: Table, store: Store, often: set[int]) -> Iterator[tuple[int, Due]]:
    spans = Spans(store, table.spans)
    for row in np.flatnonzero(np.isin(table.columns.article, list(often))).tolist():
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
