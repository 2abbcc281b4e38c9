"""datasketch as its tutorial shows it: the plain baseline of every figure.

Word 5-grams, `MinHash().update` for each of them, 128 permutations, the default hash (SHA-1), and
`MinHashLSH(threshold=0.5)` queried and filled article by article.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from datasketch import MinHash, MinHashLSH

PERMUTATIONS = 128
THRESHOLD = 0.5
_WIDTH = 5
_WORD = re.compile(r"\w+")


class Taken(NamedTuple):
    """What the index said of one article before it was put in."""

    signature: MinHash | None
    """None where a text has fewer words than a shingle."""
    found: list[str]


class Tutorial:
    """The index."""

    def __init__(self) -> None:
        self._index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)

    def take(self, name: str, text: str) -> Taken:
        shingles = shingles_of(text)
        if not shingles:
            return Taken(None, [])
        signature = MinHash(num_perm=PERMUTATIONS)
        for shingle in shingles:
            signature.update(shingle.encode())
        found: list[str] = self._index.query(signature)
        self._index.insert(name, signature)
        return Taken(signature, found)

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._index:
                self._index.remove(name)


def shingles_of(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return {" ".join(words[start : start + _WIDTH]) for start in range(len(words) - _WIDTH + 1)}
