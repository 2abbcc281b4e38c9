"""Answers: what a batch left in its store, as the foresight of a fold."""

from functools import lru_cache

import msgspec
import numpy as np

from services.contracts.relations import Relation
from services.dedup.batch.look import LOOKED, PAIRED, Look, Pairs, unpack_pairs
from services.dedup.batch.rows import SIGNED, Spans, Table, name_of
from services.dedup.batch.store import Store
from services.dedup.foresight import Neighbours, Signing
from services.dedup.relations.forms import Unrelated
from services.dedup.search.profile import Profile

_LOOKS = msgspec.msgpack.Decoder(list[Look])
_SIGNING = msgspec.msgpack.Decoder(Signing | None)
_ROWS_AT_HAND = 4096
_SPANS_AT_HAND = 64
_NOBODY = Neighbours(np.zeros(0, np.int64), np.zeros(0, np.uint32))


class Answers:
    """A `Foresight`."""

    def __init__(self, store: Store, table: Table) -> None:
        self.rows = len(table.columns.names)
        self._store, self._table = store, table
        self._spans = Spans(store, table.spans)
        opened = np.flatnonzero(table.columns.opened)
        names = table.columns.names[opened]
        order = np.argsort(names, kind="stable")
        self._names, self._order = names[order], opened[order]
        starts = np.array([span.start for span in table.spans] + [self.rows])
        self._days = np.array([span.day for span in table.spans])
        self._read = np.concatenate(([0], np.cumsum(table.columns.opened)))[starts]
        self.row = lru_cache(_ROWS_AT_HAND)(self._row)
        self._looks = lru_cache(_ROWS_AT_HAND)(self._looks_of)
        self._pairs = lru_cache(_SPANS_AT_HAND)(self._pairs_of)

    def _row(self, version: str, at_us: int) -> int | None:
        name = np.uint64(name_of(version, at_us))
        place = int(np.searchsorted(self._names, name))
        if place < len(self._names) and self._names[place] == name:
            return int(self._order[place])
        return None

    def signing(self, row: int) -> Signing | None:
        raw = self._spans.of(SIGNED, row)
        return None if raw is None else _SIGNING.decode(raw)

    def read_before(self, day: int) -> int:
        return int(self._read[np.searchsorted(self._days, day)])

    def neighbours(self, row: int) -> Neighbours:
        span = self._table.span_of(row)
        pairs = self._pairs(span.number)
        return pairs.of(row - span.start) if pairs else _NOBODY

    def answer(self, newer: Profile, older: Profile) -> Relation | Unrelated | None:
        look = self._look(newer, older)
        return look.answer(newer.article, older.article) if look else None

    def share(self, one: Profile, other: Profile) -> float | None:
        look = self._look(one, other)
        return look.share if look else None

    def _look(self, one: Profile, other: Profile) -> Look | None:
        rows = [self.row(each.article.version_id, each.at_us) for each in (one, other)]
        if None in rows:
            return None
        earlier, later = sorted(row for row in rows if row is not None)
        return self._looks(later).get(earlier)

    def _looks_of(self, row: int) -> dict[int, Look]:
        raw = self._spans.of(LOOKED, row)
        return {look.other: look for look in _LOOKS.decode(raw)} if raw is not None else {}

    def _pairs_of(self, number: int) -> Pairs | None:
        encoded = self._store.get(PAIRED, number)
        return unpack_pairs(encoded) if encoded else None
