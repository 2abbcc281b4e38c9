"""Store: where the stages of a batch leave what later ones ask for, by kind and number."""

from typing import Protocol


class Store(Protocol):
    """Written once under each name, by whoever comes first; the same again changes nothing."""

    def put(self, kind: str, number: int, value: bytes) -> None: ...

    def get(self, kind: str, number: int) -> bytes:
        """Empty where nothing was put."""


class HeapStore:
    """In memory."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, int], bytes] = {}

    def put(self, kind: str, number: int, value: bytes) -> None:
        self._values[kind, number] = value

    def get(self, kind: str, number: int) -> bytes:
        return self._values.get((kind, number), b"")
