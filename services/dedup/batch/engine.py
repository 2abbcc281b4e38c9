"""What an engine does for a batch: move values to where their key belongs, and there in order.

One process does it with lists (`Lists`); what is done to the values is the same functions anywhere.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Generic, NamedTuple, Protocol, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Key(NamedTuple):
    """Whose a value is, and its place among the others of the same."""

    owner: int
    place: int


Task = Callable[[T], Iterable[U]]
Reduction = Callable[[int, Iterator[T]], Iterable[U]]
"""Of an owner and its values, by place."""


class Data(ABC, Generic[T]):
    """Values somewhere."""

    @abstractmethod
    def each(self, task: Task[T, U]) -> "Data[U]": ...

    @abstractmethod
    def collect(self) -> list[T]: ...


class Engine(Protocol):
    def spread(self, values: Sequence[T]) -> Data[T]: ...

    def by_owner(self, data: Data[tuple[Key, T]], reduce: Reduction[T, U], owners: int) -> Data[U]:
        """Owners are numbered from 0."""


class List(Data[T]):
    def __init__(self, values: Sequence[T]) -> None:
        self._values = values

    def each(self, task: Task[T, U]) -> Data[U]:
        return List([result for value in self._values for result in task(value)])

    def collect(self) -> list[T]:
        return list(self._values)


class Lists:
    """The engine of one process."""

    def spread(self, values: Sequence[T]) -> Data[T]:
        return List(values)

    def by_owner(self, data: Data[tuple[Key, T]], reduce: Reduction[T, U], owners: int) -> Data[U]:
        del owners  # all are here
        return List(list(reduced(iter(sorted(data.collect(), key=itemgetter(0))), reduce)))


def reduced(values: Iterator[tuple[Key, T]], reduce: Reduction[T, U]) -> Iterator[U]:
    """Of values that stand by key."""
    for owner, some in groupby(values, key=lambda pair: pair[0][0]):
        yield from reduce(owner, (value for _, value in some))
