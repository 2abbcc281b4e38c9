"""Texts: the rows of a lane, and what is told of all rows of its shard, as long as they may be compared."""

from array import array
from collections import OrderedDict
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np
import numpy.typing as npt

from services.dedup.memory.parts import (
    Holding,
    array_of,
    gather,
    pack_facts,
    scatter,
    under,
    unpack_facts,
    within,
)
from services.dedup.memory.store import Store
from services.dedup.search.profile import Profile
from services.dedup.spread.blocks import AskRow, Shared, SignedRow, SpanColumns
from services.dedup.spread.readings import PackedReading, profile_by
from services.stream.service import Parts

_PROFILE_BYTES = 32 << 20
_READING_BYTES = 16 << 20
_ROW = msgspec.msgpack.Decoder(SignedRow)
_PARTS = msgspec.msgpack.Decoder(tuple[msgspec.Raw, msgspec.Raw])
Numbers = npt.NDArray[np.int64]


class Told(NamedTuple):
    """What `SpanColumns` tell of some rows."""

    names: npt.NDArray[np.uint64]
    at_us: Numbers
    articles: npt.NDArray[np.uint64]
    samples: npt.NDArray[np.uint32]

    def at(self, places: slice | npt.NDArray[np.intp]) -> "Told":
        return Told._make(column[places] for column in self)


class Columns:
    """Of every row of a shard from a base on; spans come in any order."""

    def __init__(self) -> None:
        self._names, self._articles = array("Q"), array("Q")
        self._at_us, self._samples = array("q"), array("I")
        self.base = 0
        self._forgotten = 0
        """Rows before it are."""

    def put(self, start: int, columns: SpanColumns) -> None:
        if not self._names:
            self.base = start
        if start < self._forgotten:
            return
        self._reach_back(start)
        count = len(columns.at_us) // 8
        place = start - self.base
        given = columns.names, columns.at_us, columns.articles, columns.samples
        for column, values in zip(self._all(), given, strict=True):
            missing = place + count - len(column)
            if missing > 0:
                column.frombytes(bytes(missing * column.itemsize))
            np.asarray(column)[place : place + count] = np.frombuffer(values, column.typecode)

    def _reach_back(self, start: int) -> None:
        missing = self.base - start
        if missing > 0:
            for column in self._all():
                column[:0] = array(column.typecode, bytes(missing * column.itemsize))
            self.base = start

    def forget(self, before: int) -> None:
        """Rows before one."""
        self._forgotten = max(self._forgotten, before)
        gone = min(before - self.base, len(self._names))
        if gone > 0:
            for column in self._all():
                del column[:gone]
            self.base += gone

    def name(self, row: int) -> int:
        return self._names[row - self.base]

    def names(self, rows: Numbers) -> npt.NDArray[np.uint64]:
        return self._of(self._names, rows - self.base)

    def of(self, rows: Numbers) -> Told:
        places = rows - self.base
        return Told._make(self._of(column, places) for column in self._all())

    def _of(self, column: "array[int]", places: Numbers) -> npt.NDArray[Any]:
        return np.frombuffer(column, column.typecode)[places]

    def _all(self) -> "tuple[array[int], ...]":
        """In the order of `SpanColumns`."""
        return self._names, self._at_us, self._articles, self._samples

    def save(self) -> Parts:
        return gather(self._holding()) | {"base": pack_facts((self.base, self._forgotten))}

    def load(self, parts: Parts) -> None:
        scatter(self._holding(), parts)
        self.base, self._forgotten = unpack_facts(parts["base"], tuple[int, int])

    def _holding(self) -> Holding:
        return dict(zip(("names", "at_us", "articles", "samples"), self._all(), strict=True))


class Texts:
    """The signed rows of a lane; some of what they are compared by is at hand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: set[int] = set()
        self._profiles: OrderedDict[int, Profile] = OrderedDict()
        self._profile_bytes = 0
        self._readings: OrderedDict[int, PackedReading] = OrderedDict()
        """Of rows that came lately: of older ones their texts are read."""
        self._reading_bytes = 0

    def put(self, row: int, encoded: bytes) -> None:
        """A `SignedRow`."""
        self._rows.add(row)
        self._store.put(row, encoded)

    def put_reading(self, row: int, reading: PackedReading) -> None:
        if row not in self._rows or row in self._readings:
            return
        self._readings[row] = reading
        self._reading_bytes += reading.nbytes
        while self._reading_bytes > _READING_BYTES:
            self._reading_bytes -= self._readings.popitem(last=False)[1].nbytes

    def encoded(self, row: int) -> bytes:
        """Raises `KeyError` where it is not here."""
        if row not in self._rows:
            raise KeyError(row)
        return self._store.get(row)

    def ask(self, row: int, name: int, others: list[Shared]) -> AskRow:
        signed = cast(SignedRow, msgspec.Raw(self.encoded(row)))
        return AskRow(name, signed, self._readings.get(row), others)

    def signing(self, row: int) -> msgspec.Raw:
        """Encoded. Raises `KeyError` where it is not here."""
        return _PARTS.decode(self.encoded(row))[1]

    def get(self, row: int) -> SignedRow | None:
        """None where it is not here, or here no more."""
        return _ROW.decode(self._store.get(row)) if row in self._rows else None

    def forget(self, row: int) -> None:
        self._rows.discard(row)
        self._store.drop(row)
        if (made := self._profiles.pop(row, None)) is not None:
            self._profile_bytes -= made.nbytes
        if (reading := self._readings.pop(row, None)) is not None:
            self._reading_bytes -= reading.nbytes

    def profile(self, row: int) -> Profile | None:
        made = self._profiles.get(row)
        if made is not None:
            self._profiles.move_to_end(row)
            return made
        signed = self.get(row)
        if signed is None:
            return None
        article, seen = signed.article, signed.signing.seen
        made = self._profiles[row] = profile_by(self._readings.get(row), article, seen)
        self._profile_bytes += made.nbytes
        while self._profile_bytes > _PROFILE_BYTES:
            self._profile_bytes -= self._profiles.popitem(last=False)[1].nbytes
        return made

    def save(self) -> Parts:
        return under("stored", self._store.save()) | {"rows": array("q", self._rows)}

    def load(self, parts: Parts) -> None:
        self._store.load(within("stored", parts))
        self._rows = set(array_of(parts["rows"], np.int64).tolist())
