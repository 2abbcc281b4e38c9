"""The peers as contenders, each used as its own documentation or a knowing person would: text to groups.

All take runs of five words, have 42 bands of 3 (the tutorial has what datasketch chooses for its threshold),
call alike what has a Jaccard similarity of a half, and put what is alike into one group by union-find. None
finds a text that is a part of another, says who took from whom, or shows a passage.
"""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from bench.speed.contender import CANDIDATES, GROUPS, Contender, Found, Watch
from services.console.tuning import tuned
from services.contracts.articles import Article

ALIKE = 0.5
BANDS, ROWS = 42, 3
WIDTH = 5
_WORD = re.compile(r"\w+")


class Groups:
    """Union-find."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def join(self, number: int, others: Iterable[int]) -> int:
        """The group of a new member and of those it is like."""
        roots = {self.root(other) for other in others} | {number}
        first = min(roots)
        self._above.update(dict.fromkeys(roots, first))
        return first

    def root(self, number: int) -> int:
        above = self._above
        while above[number] != number:
            above[number] = number = above[above[number]]
        return number


class Peer(Contender):
    """The turns of every peer: candidates, which of them are alike, groups."""

    stages = (CANDIDATES, GROUPS)

    def __init__(self) -> None:
        self._groups = Groups()
        self._found: list[Found] = []
        tuned()

    def take(self) -> dict[str, float]:
        search, rest = Watch(), Watch()
        for number, article in self.block:
            with search:
                candidates = self.candidates(number, article)
            with rest:
                alike = self.alike(number, candidates)
                self._groups.join(number, alike)
            self._found.append(Found(number, candidates, alike))
        return {CANDIDATES: search.spent, GROUPS: search.spent + rest.spent}

    def found(self) -> Iterator[Found]:
        found, self._found = self._found, []
        return iter(found)

    @abstractmethod
    def candidates(self, number: int, article: Article) -> list[int]:
        """Also puts it into the index."""

    @abstractmethod
    def alike(self, number: int, candidates: Sequence[int]) -> list[int]: ...


def words_of(text: str) -> str:
    """Joined by blanks."""
    return " ".join(_WORD.findall(text.lower()))


def runs_of(text: str) -> list[bytes]:
    """Every run of five words, coded once."""
    words = words_of(text).encode().split(b" ")
    return list(map(b" ".join, zip(*(words[start:] for start in range(WIDTH)), strict=False)))
