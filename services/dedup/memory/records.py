"""Records by number: those in use decoded, all others encoded in a store."""

from collections import OrderedDict
from typing import Generic, TypeVar

import msgspec

from services.contracts import wire
from services.dedup.memory.parts import each_value, under, values, within
from services.dedup.memory.store import Store
from services.stream.service import Parts

T = TypeVar("T", bound=msgspec.Struct)


class Records(Generic[T]):
    """A bounded cache that is written back: what changes often is encoded once, when it is out of use."""

    def __init__(self, kind: type[T], store: Store, *, most: int) -> None:
        self._kind = kind
        self._store = store
        self._most = most
        self._decoded: OrderedDict[int, T] = OrderedDict()
        self._changed: set[int] = set()
        """Those that the store does not have as they are."""

    def __getitem__(self, number: int) -> T:
        record = self._decoded.get(number)
        if record is None:
            record = wire.decode(self._kind, self._store.get(number))
            self._use(number, record)
        else:
            self._decoded.move_to_end(number)
        return record

    def __setitem__(self, number: int, record: T) -> None:
        self._changed.add(number)
        self._decoded[number] = record
        self._decoded.move_to_end(number)
        self._write_back()

    def put_encoded(self, number: int, value: bytes) -> None:
        """Take a record as it stands on the wire."""
        self._decoded.pop(number, None)
        self._changed.discard(number)
        self._store.put(number, value)

    def drop(self, number: int) -> None:
        self._decoded.pop(number, None)
        self._changed.discard(number)
        self._store.drop(number)

    def decoded(self) -> int:
        return len(self._decoded)

    def nbytes(self) -> int:
        """Of those in the store."""
        return self._store.nbytes()

    def save(self) -> Parts:
        changed = {number: wire.encode(self._decoded[number]) for number in sorted(self._changed)}
        return under("stored", self._store.save()) | under("changed", values(changed))

    def load(self, parts: Parts) -> None:
        self._store.load(within("stored", parts))
        for number, value in each_value(within("changed", parts)):
            self._store.put(number, value)

    def _use(self, number: int, record: T) -> None:
        self._decoded[number] = record
        self._write_back()

    def _write_back(self) -> None:
        while len(self._decoded) > self._most:
            number, record = self._decoded.popitem(last=False)
            if number in self._changed:
                self._store.put(number, wire.encode(record))
                self._changed.discard(number)
