"""What is measured: something that takes articles and says which others each is like."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self

from services.contracts.articles import Article

CANDIDATES, GROUPS = "candidates", "verdict"
"""Text to candidates with the index updated; text to all that a contender says of an article."""
Names = dict[str, list[int]]


class Numbered(NamedTuple):
    number: int
    """Its place in the river."""
    article: Article


class Found(NamedTuple):
    """What is said of one article: numbers of older ones."""

    number: int
    candidates: Sequence[int]
    alike: Sequence[int]


class Contender(ABC):
    """One a process. Its time is what `take` and `forget` take; all else is for the reader of figures."""

    stages: tuple[str, ...] = (GROUPS,)

    def prepare(self, block: Sequence[Numbered]) -> None:
        """Bring articles into the form in which they come."""
        self.block = block

    @abstractmethod
    def take(self) -> dict[str, float]:
        """What was prepared. CPU seconds by stage, each from the text on."""

    @abstractmethod
    def forget(self, numbers: Iterable[int]) -> None:
        """Articles that left the window; nothing to do for who knows that by himself."""

    @abstractmethod
    def found(self) -> Iterator[Found]:
        """What was said since it was asked last."""


class Watch:
    """CPU time of the process, in pieces."""

    def __init__(self) -> None:
        self.spent = 0.0

    def __enter__(self) -> Self:
        self._began = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.spent += time.process_time() - self._began
