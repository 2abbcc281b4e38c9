"""The peers as contenders, each used as its own documentation or a knowing person would: text to groups.

All take runs of five words, have 42 bands of 3 (the tutorial has what datasketch chooses for its threshold),
call alike what has a Jaccard similarity of a half, and put what is alike into one group by union-find. None
finds a text that is a part of another, says who took from whom, or shows a passage.
"""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import gaoya
import rensa
import xxhash
from datasketch import MinHash, MinHashLSH

from bench.speed.contender import CANDIDATES, GROUPS, Contender, Found, Watch
from bench.tutorial import Taken, Tutorial
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

    gives = "groups"
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


class DatasketchTutorial(Peer):
    """`update` for each run of words, SHA-1, `threshold=0.5`; alike is what `query` gives."""

    def __init__(self) -> None:
        super().__init__()
        self._index = Tutorial()
        self._taken: dict[int, Taken] = {}

    def candidates(self, number: int, article: Article) -> list[int]:
        return [int(name) for name in self._index.take(str(number), article.text).found]

    def alike(self, number: int, candidates: Sequence[int]) -> list[int]:  # noqa: ARG002 - as its tutorial
        return list(candidates)

    def forget(self, numbers: Iterable[int]) -> None:
        self._index.forget(str(number) for number in numbers)


class Datasketch(Peer):
    """A copied prototype, `update_batch` with xxHash, `params=(42, 3)`; alike by the estimate."""

    def __init__(self) -> None:
        super().__init__()
        hashing = xxhash.xxh32_intdigest
        self._blank = MinHash(num_perm=BANDS * ROWS, hashfunc=hashing, scheme="affine32")
        self._index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
        self._signatures: dict[int, MinHash] = {}

    def candidates(self, number: int, article: Article) -> list[int]:
        runs = runs_of(article.text)
        if not runs:
            return []
        signature = self._signatures[number] = self._blank.copy()
        signature.update_batch(runs)
        found: list[int] = self._index.query(signature)
        self._index.insert(number, signature, check_duplication=False)
        return found

    def alike(self, number: int, candidates: Sequence[int]) -> list[int]:
        signatures = self._signatures
        return [other for other in candidates if signatures[number].jaccard(signatures[other]) >= ALIKE]

    def forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if self._signatures.pop(number, None) is not None:
                self._index.remove(number)


class Rensa(Peer):
    """`RMinHash` of byte runs and `RMinHashLSH`; alike by the estimate."""

    def __init__(self) -> None:
        super().__init__()
        self._index: Any = rensa.RMinHashLSH(ALIKE, BANDS * ROWS, BANDS)
        self._signatures: dict[int, Any] = {}

    def candidates(self, number: int, article: Article) -> list[int]:
        runs = runs_of(article.text)
        if not runs:
            return []
        signature = self._signatures[number] = rensa.RMinHash(BANDS * ROWS, 1)
        signature.update(runs)
        found: list[int] = self._index.query(signature)
        self._index.insert(number, signature)
        return found

    def alike(self, number: int, candidates: Sequence[int]) -> list[int]:
        signatures = self._signatures
        return [other for other in candidates if signatures[number].jaccard(signatures[other]) >= ALIKE]

    def forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if self._signatures.pop(number, None) is not None:
                self._index.remove(number)


class Gaoya(Peer):
    """`MinHashStringIndex` with its own analyzer, which shingles in Rust; its query answers what is alike."""

    def __init__(self) -> None:
        super().__init__()
        self._index: Any = gaoya.minhash.MinHashStringIndex(
            32, ALIKE, BANDS, ROWS, None, "word", lowercase=True, ngram_range=(WIDTH, WIDTH)
        )

    def candidates(self, number: int, article: Article) -> list[int]:
        found: list[int] = self._index.query(article.text)
        self._index.insert_document(number, article.text)
        return found

    def alike(self, number: int, candidates: Sequence[int]) -> list[int]:  # noqa: ARG002 - it has compared
        return list(candidates)

    def forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._index.remove(number)


def runs_of(text: str) -> list[bytes]:
    """Every run of five words, coded once."""
    words = " ".join(_WORD.findall(text.lower())).encode().split(b" ")
    return list(map(b" ".join, zip(*(words[start:] for start in range(WIDTH)), strict=False)))
