"""Where encoded records lie: by number, replaced or dropped one by one."""

from collections.abc import Callable
from typing import Protocol

from services.dedup.memory.parts import each_value, values
from services.stream.service import Parts


class Store(Protocol):
    """A shard's alone and disposable: the changelog is the truth.

    What cannot be written, or read back as it was written, is raised as `services.stream.bus.Fatal`.
    """

    def put(self, number: int, value: bytes) -> None: ...

    def get(self, number: int) -> bytes:
        """What was put last under a number that was not dropped since."""

    def drop(self, number: int) -> None:
        """Nothing where there is nothing under the number."""

    def nbytes(self) -> int:
        """Memory that is taken, not disk."""

    def save(self) -> Parts: ...

    def load(self, parts: Parts) -> None:
        """Into an empty one."""


OpenStore = Callable[[], Store]
_ENTRY_BYTES = 130
"""Of an entry of a dict, its key and the head of its value, of CPython 3.11 on 64 bits."""


class HeapStore:
    """In memory."""

    def __init__(self) -> None:
        self._values: dict[int, bytes] = {}
        self._bytes = 0

    def put(self, number: int, value: bytes) -> None:
        self._bytes += len(value) - len(self._values.get(number, b""))
        self._values[number] = value

    def get(self, number: int) -> bytes:
        return self._values[number]

    def drop(self, number: int) -> None:
        self._bytes -= len(self._values.pop(number, b""))

    def save(self) -> Parts:
        return values(self._values)

    def load(self, parts: Parts) -> None:
        for number, value in each_value(parts):
            self.put(number, value)

    def nbytes(self) -> int:
        return self._bytes + _ENTRY_BYTES * len(self._values)
