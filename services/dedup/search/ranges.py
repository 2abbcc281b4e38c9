"""What versions share, behind one call: the key ranges of one process, or what was joined beforehand."""

from typing import Protocol

from services.dedup.memory.parts import Holding, gather, scatter
from services.dedup.search.index import Partials, RangeIndex, add_up
from services.dedup.search.route import Block, Numbers, route
from services.stream.service import Parts

_DAY_US = 86_400_000_000


class Index(Protocol):
    """Which versions share keys."""

    def find(self, block: Block) -> Partials:
        """Take versions; what each shares with those before it, by the second version of a pair."""

    def insert(self, block: Block) -> None:
        """Take versions whose pairs are known already."""

    def evict(self, numbers: Numbers) -> None: ...

    def at_us(self, numbers: Numbers) -> Numbers:
        """When versions that are there were first seen."""

    def __len__(self) -> int:
        """Postings held; those of forgotten versions are cleared away bit by bit, by those that come."""

    def nbytes(self) -> int: ...

    def save(self) -> Parts: ...

    def load(self, parts: Parts) -> None: ...


class Ranges:
    """The indexes of every key range of one process."""

    def __init__(self, count: int, *, window_days: int) -> None:
        self._ranges = [RangeIndex(window_us=window_days * _DAY_US) for _ in range(count)]

    def find(self, block: Block) -> Partials:
        pieces = zip(self._ranges, route(block, len(self._ranges)), strict=True)
        parts = [index.probe_insert(piece) for index, piece in pieces]
        for index in self._ranges:
            index.forget_blocks(block.signer, block.number + 1)
        return add_up(parts) if len(parts) > 1 else parts[0]  # numbers ascend: one part is in order

    def insert(self, block: Block) -> None:
        for index, piece in zip(self._ranges, route(block, len(self._ranges)), strict=True):
            index.insert(piece)

    def evict(self, numbers: Numbers) -> None:
        for index in self._ranges:
            index.evict(numbers)

    def at_us(self, numbers: Numbers) -> Numbers:
        return self._ranges[0].at_us(numbers)

    def __len__(self) -> int:
        return sum(len(index) for index in self._ranges)

    def nbytes(self) -> int:
        return sum(index.nbytes() for index in self._ranges)

    def save(self) -> Parts:
        return gather(self._holding())

    def load(self, parts: Parts) -> None:
        scatter(self._holding(), parts)

    def _holding(self) -> Holding:
        return {f"range_{place}": index for place, index in enumerate(self._ranges)}
