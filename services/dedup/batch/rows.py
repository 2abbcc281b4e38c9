"""Rows: the sightings of a shard in order of decision, cut into spans of one day.

What is told of each stands in columns; the sightings themselves, and what is found out of them, lie in the
store, a value a span.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from services.contracts.articles import Article, Withdrawal
from services.dedup.batch.store import Store
from services.dedup.memory.ids import key_of
from services.dedup.order import Due, Sighting

SIGHTED, SIGNED, DAY = "sighted", "signed", "day"
SPAN = 256
"""Rows of a span at most."""
_SPANS_AT_HAND = 64
_RAW = msgspec.msgpack.Decoder(list[msgspec.Raw])
_PACK = msgspec.msgpack.Encoder()
_ODD, _LOW = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF
_KINDS = (np.uint64, np.int64, np.uint64, np.bool_, np.bool_, np.bool_, np.int64)
"""Of the columns."""
Flags = npt.NDArray[np.bool_]


class Span(NamedTuple):
    number: int
    day: int
    """On which its rows are decided."""
    start: int
    stop: int


class SightedRow(msgspec.Struct, frozen=True, array_like=True):
    late: bool
    article: Article | None = None
    withdrawal: Withdrawal | None = None

    @property
    def sighting(self) -> Sighting:
        sighting = self.article or self.withdrawal
        assert sighting is not None
        return sighting

    @property
    def due(self) -> Due:
        return Due(self.sighting, self.late)


class Columns(NamedTuple):
    """Of each row."""

    names: npt.NDArray[np.uint64]
    """Of version and time."""
    at_us: npt.NDArray[np.int64]
    article: npt.NDArray[np.uint64]
    """The first bits of its id."""
    opened: Flags
    """Its text is to be read."""
    recounted: Flags
    """It was counted at an earlier sight."""
    returning: Flags
    """It is shown again later, and then looks back on what came behind it."""
    replaced: npt.NDArray[np.int64]
    """The row of the version that it takes the place of, or -1."""


class Table(NamedTuple):
    """All that is told of the rows of a shard."""

    spans: list[Span]
    columns: Columns

    def span_of(self, row: int) -> Span:
        return self.spans[bisect_right(self.spans, row, key=lambda span: span.start) - 1]


def name_of(version: str, at_us: int) -> int:
    """Two that have the same were never met: 64 bits of a hash."""
    return key_of(version)[0] ^ (at_us * _ODD & _LOW)


def pack(values: Sequence[object]) -> bytes:
    return _PACK.encode(values)


class Spans:
    """Values of rows by kind, those of a few spans at hand."""

    def __init__(self, store: Store, spans: Sequence[Span]) -> None:
        self._store = store
        self._starts = [span.start for span in spans]
        self._held: OrderedDict[tuple[str, int], list[msgspec.Raw]] = OrderedDict()

    def all(self, kind: str, number: int) -> list[msgspec.Raw]:
        """Of a span; nothing where nothing was put."""
        values = self._held.get((kind, number))
        if values is None:
            encoded = self._store.get(kind, number)
            values = self._held[kind, number] = _RAW.decode(encoded) if encoded else []
            if len(self._held) > _SPANS_AT_HAND:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end((kind, number))
        return values

    def of(self, kind: str, row: int) -> msgspec.Raw | None:
        number = bisect_right(self._starts, row) - 1
        values = self.all(kind, number)
        return values[row - self._starts[number]] if values else None


def pack_table(table: Table) -> bytes:
    return _PACK.encode((table.spans, [column.tobytes() for column in table.columns]))


def unpack_table(encoded: bytes) -> Table:
    spans, columns = msgspec.msgpack.decode(encoded, type=tuple[list[Span], list[bytes]])
    parts = zip(columns, _KINDS, strict=True)
    return Table(spans, Columns(*(np.frombuffer(column, kind) for column, kind in parts)))
