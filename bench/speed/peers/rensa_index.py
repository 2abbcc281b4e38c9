"""rensa: MinHash and its index in Rust."""

from collections.abc import Iterable, Sequence
from typing import Any

import rensa

from bench.speed.peers import ALIKE, BANDS, ROWS, Peer, runs_of
from services.contracts.articles import Article


class Rensa(Peer):
    """`RMinHash` of byte runs and `RMinHashLSH`; alike by the estimate."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__()
        self._seed = seed
        self._index: Any = rensa.RMinHashLSH(ALIKE, BANDS * ROWS, BANDS)
        self._signatures: dict[int, Any] = {}

    def candidates(self, number: int, article: Article) -> list[int]:
        runs = runs_of(article.text)
        if not runs:
            return []
        signature = self._signatures[number] = rensa.RMinHash(BANDS * ROWS, self._seed)
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
