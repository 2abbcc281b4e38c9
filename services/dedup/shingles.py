"""Words to shingle hashes.

Two widths: narrow shingles (3 words, 5 characters in unspaced scripts) feed the MinHash, which
tolerates edits; wide ones (5 words, 8 characters) are what overlap is counted in. A word's hash is
xxh3_64 of its UTF-8 bytes; a shingle's is `mix(h)`, where `h = h * 3 + word` over its words from
left to right, modulo 2**64.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from services.dedup.words import is_unspaced

Hashes = npt.NDArray[np.uint64]

_NARROW_WORDS, _WIDE_WORDS = 3, 5
_NARROW_CHARS, _WIDE_CHARS = 5, 8
_MULTIPLIER = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(33)
_THREE = np.uint64(3)
_MOST_WORDS = 500_000  # then the table of word hashes starts anew
_NONE: Hashes = np.zeros(0, np.uint64)


class Shingles(NamedTuple):
    """Hashes in text order; position i starts at word i."""

    narrow: Hashes
    wide: Hashes
    width: int
    """Words in a wide shingle."""


def mix(values: Hashes) -> Hashes:
    """A bijection that spreads bits (half of MurmurHash3's 64-bit finalizer)."""
    spread = (values ^ (values >> _SHIFT)) * _MULTIPLIER
    return spread ^ (spread >> _SHIFT)


def shingle(words: Sequence[str]) -> Shingles:
    """Shingles of folded words; empty where there are fewer words than a shingle has."""
    narrow, wide = (_NARROW_CHARS, _WIDE_CHARS) if is_unspaced(words) else (_NARROW_WORDS, _WIDE_WORDS)
    if len(words) < narrow:
        return Shingles(_NONE, _NONE, wide)
    hashes = np.fromiter(map(_WORD_HASHES.__getitem__, words), np.uint64, len(words))
    if len(_WORD_HASHES) > _MOST_WORDS:
        _WORD_HASHES.clear()
    small = _sum_up(hashes, narrow)
    if len(words) < wide:
        return Shingles(mix(small), _NONE, wide)
    return Shingles(mix(small), mix(_sum_up(hashes, wide)), wide)


def _sum_up(words: Hashes, width: int) -> Hashes:
    """`w0 * 3**(width-1) + ... + w(width-1)` of every run of `width` words, modulo 2**64."""
    count = len(words) - width + 1
    value = words[:count]
    for place in range(1, width):
        value = value * _THREE + words[place : place + count]
    return value


def distinct(hashes: Hashes) -> Hashes:
    """Each hash once, ascending."""
    ordered = np.sort(hashes)
    if len(ordered) < 2:
        return ordered
    first = np.empty(len(ordered), bool)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def among(hashes: Hashes, sorted_set: Hashes) -> npt.NDArray[np.bool_]:
    """Which hashes are in an ascending set."""
    if not len(sorted_set):
        return np.zeros(len(hashes), bool)
    places = np.searchsorted(sorted_set, hashes)
    places[places == len(sorted_set)] = 0
    found: npt.NDArray[np.bool_] = sorted_set[places] == hashes
    return found


class _WordHashes(dict[str, int]):
    """Hashes of words, computed once each."""

    def __missing__(self, word: str) -> int:
        value = self[word] = xxhash.xxh3_64_intdigest(word.encode("utf-8", "surrogatepass"))
        return value


_WORD_HASHES = _WordHashes()
