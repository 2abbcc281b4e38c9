"""datasketch used well."""

from collections.abc import Iterable, Sequence

import xxhash
from datasketch import MinHash, MinHashLSH

from bench.speed.peers import ALIKE, BANDS, ROWS, Peer, runs_of
from services.contracts.articles import Article


class Datasketch(Peer):
    """A copied prototype, `update_batch` with xxHash, `params=(42, 3)`; alike by the estimate."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__()
        hashing = xxhash.xxh32_intdigest
        self._blank = MinHash(num_perm=BANDS * ROWS, seed=seed, hashfunc=hashing, scheme="affine32")
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
