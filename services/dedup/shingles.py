"""Words to shingle hashes.

Two widths: narrow shingles (3 words, 5 characters in unspaced scripts) feed the MinHash, which
tolerates edits; wide ones (5 words, 8 characters) are what overlap is counted in. A narrow shingle
is xxh3_64 of its words joined by blanks; a wide one combines the two narrow ones at its ends,
which between them name all its words.
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
_BLANK = ord(" ")
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
    small = _hash_runs(words, narrow)
    if len(words) < wide:
        return Shingles(small, _NONE, wide)
    step = wide - narrow
    return Shingles(small, mix(small[:-step] * _THREE ^ mix(small[step:])), wide)


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


def _hash_runs(words: Sequence[str], width: int) -> Hashes:
    """Hash every run of `width` words as the bytes they are when joined by blanks."""
    joined = " ".join(words).encode("utf-8", "surrogatepass")
    blanks = np.flatnonzero(np.frombuffer(joined, np.uint8) == _BLANK)
    starts = np.concatenate(([0], blanks + 1)).tolist()
    ends = [*blanks.tolist(), len(joined)]
    digest = xxhash.xxh3_64_intdigest
    runs = zip(starts, ends[width - 1 :], strict=False)
    return np.array([digest(joined[start:end]) for start, end in runs], np.uint64)
