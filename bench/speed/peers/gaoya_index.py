"""gaoya: an index of texts in Rust, which shingles, signs and compares by itself."""

from collections.abc import Iterable, Sequence
from typing import Any

import gaoya

from bench.speed.peers import ALIKE, BANDS, ROWS, WIDTH, Peer, words_of
from services.contracts.articles import Article


class Gaoya(Peer):
    """`MinHashStringIndex` with its own analyzer, which makes the runs in Rust; alike by its estimate.

    The analyzer parts words at blanks: commas would be part of them, so words alone are handed over.
    """

    def __init__(self) -> None:
        super().__init__()
        self._index: Any = gaoya.minhash.MinHashStringIndex(
            32, 0.0, BANDS, ROWS, None, "word", lowercase=False, ngram_range=(WIDTH, WIDTH)
        )
        self._estimates: dict[int, float] = {}

    def candidates(self, number: int, article: Article) -> list[int]:
        words = words_of(article.text)
        self._estimates = dict(self._index.query(words, return_similarity=True))
        self._index.insert_document(number, words)
        return list(self._estimates)

    def alike(self, number: int, candidates: Sequence[int]) -> list[int]:  # noqa: ARG002 - of those just found
        return [other for other in candidates if self._estimates[other] >= ALIKE]

    def forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._index.remove(number)
