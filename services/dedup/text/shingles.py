"""Words to shingle hashes.

Two widths: narrow shingles (3 words, 5 signs of unspaced scripts) feed the MinHash, which
tolerates edits; wide ones (5 words, 8 signs) are what overlap is counted in. A shingle counts signs where
more than half of the 8 words from its first on are such. All
hashes are polynomials modulo 2**64 (Karp and Rabin 1987), spread by `mix`: a word's is
`mix(sum(code_point[j] * P**j))`, a shingle's `mix(h)` where `h = h * 3 + word` over its words from
left to right. Any consumer can compute them; `tests/unit/dedup/test_shingles.py` does, in plain Python.
"""

from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from services.dedup.text.words import has_unspaced, is_sign

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.bool_]
"""One flag a word."""
Starts = npt.NDArray[np.intp]
"""Numbers of words."""
Numbers = npt.NDArray[np.int32]
"""For each shingle of a text its number among the distinct ones."""
Unsigned = TypeVar("Unsigned", np.uint64, np.uint32)

NARROW_WORDS, WIDE_WORDS = 3, 5
NARROW_CHARS, WIDE_CHARS = 5, 8
_MULTIPLIER = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(33)
_THREE = np.uint64(3)
BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(BASE, -1, 2**64)
_NONE: Hashes = np.zeros(0, np.uint64)


class Shingles(NamedTuple):
    """Hashes in text order; position i starts at word i."""

    narrow: Hashes
    wide: Hashes
    unspaced: bool
    """Most of the words are single signs of a script without blanks."""
    signs: Places | None = None
    """At which words a shingle counts signs, where the text has both; None: at all words or at none."""

    def without_narrow(self) -> "Shingles":
        """What is kept of a text: narrow shingles are for its signature alone."""
        return self._replace(narrow=_NONE)

    def width_at(self, word: int) -> int:
        """Words of a wide shingle that starts at `word`."""
        by_signs = self.unspaced if self.signs is None else self.signs[word]
        return WIDE_CHARS if by_signs else WIDE_WORDS

    def ends(self, starts: Starts, *, narrow: bool = False) -> Starts:
        """Behind which word each shingle ends that starts at `starts`."""
        by_words, by_signs = (NARROW_WORDS, NARROW_CHARS) if narrow else (WIDE_WORDS, WIDE_CHARS)
        if self.signs is None:
            return starts + (by_signs if self.unspaced else by_words)
        return starts + np.where(self.signs[starts], by_signs, by_words)


def mix(values: Hashes) -> Hashes:
    """A bijection that spreads bits (half of MurmurHash3's 64-bit finalizer)."""
    spread = values ^ (values >> _SHIFT)
    spread *= _MULTIPLIER
    spread ^= spread >> _SHIFT
    return spread


def shingle(folded: str) -> Shingles:
    """Shingles of folded words, joined by blanks; empty where there are fewer words than a shingle has."""
    signs = _signs(folded)
    unspaced = signs is not None and 2 * int(signs.sum()) > len(signs)
    if folded.count(" ") + 1 < NARROW_WORDS:
        return Shingles(_NONE, _NONE, unspaced)
    hashes = _hash_words(folded)
    if signs is None or signs.all():
        narrow, wide = (NARROW_WORDS, WIDE_WORDS) if signs is None else (NARROW_CHARS, WIDE_CHARS)
        return Shingles(_hashed(hashes, narrow), _hashed(hashes, wide), unspaced)
    by_signs = _mostly_signs(signs)
    return Shingles(
        _either(by_signs, _hashed(hashes, NARROW_CHARS), _hashed(hashes, NARROW_WORDS)),
        _either(by_signs, _hashed(hashes, WIDE_CHARS), _hashed(hashes, WIDE_WORDS)),
        unspaced,
        by_signs,
    )


def _signs(folded: str) -> Places | None:
    """Which words are single signs of a script without blanks; None where no word is."""
    if not has_unspaced(folded):
        return None
    return np.array([is_sign(word) for word in folded.split(" ")])


def _mostly_signs(signs: Places) -> Places:
    """Of the words that a shingle of signs would hold from here on, more than half are signs.

    Only what stands there decides, so that half of a page has the shingles it has alone.
    """
    before = np.concatenate(([0], np.cumsum(signs)))
    here = np.arange(len(signs))
    end = np.minimum(here + WIDE_CHARS, len(signs))
    mostly: Places = 2 * (before[end] - before[here]) > end - here
    return mostly


def _either(by_signs: Places, of_signs: Hashes, of_words: Hashes) -> Hashes:
    """Hash i of one or the other, up to the first that is not there."""
    mine = np.flatnonzero(by_signs[: len(of_words)])
    lost = mine[mine >= len(of_signs)]
    hashes = of_words[: lost[0] if len(lost) else len(of_words)].copy()
    mine = mine[mine < len(hashes)]
    hashes[mine] = of_signs[mine]
    return hashes


def _hashed(words: Hashes, width: int) -> Hashes:
    return mix(_sum_up(words, width)) if len(words) >= width else _NONE


def _hash_words(folded: str) -> Hashes:
    """Every word's hash at once: powers count from the start of the text and are divided back out."""
    apart = folded.replace(" ", "\0")  # what parts words adds nothing to their sums
    codes = (
        np.frombuffer(apart.encode(), np.uint8)
        if apart.isascii()
        else np.frombuffer(apart.encode("utf-32-le", "surrogatepass"), np.uint32)
    )
    powers, inverses = _powers(len(codes))
    starts = np.concatenate(([0], np.flatnonzero(codes == 0) + 1))
    return mix(np.add.reduceat(codes * powers, starts) * inverses[starts])


def _powers(count: int) -> tuple[Hashes, Hashes]:
    """The first `count` powers of the base and of its inverse modulo 2**64."""
    held = 1 << max(12, (count - 1).bit_length())
    powers, inverses = _power_table(held)
    return powers[:count], inverses


@lru_cache(maxsize=2)
def _power_table(count: int) -> tuple[Hashes, Hashes]:
    factors = np.full((2, count), 1, np.uint64)
    factors[:, 1:] = [[BASE], [_INVERSE]]
    powers, inverses = np.multiply.accumulate(factors, axis=1)
    return powers, inverses


def _sum_up(words: Hashes, width: int) -> Hashes:
    """`w0 * 3**(width-1) + ... + w(width-1)` of every run of `width` words, modulo 2**64."""
    count = len(words) - width + 1
    value = words[:count]
    for place in range(1, width):
        value = value * _THREE + words[place : place + count]
    return value


def numbered(hashes: Hashes) -> tuple[Hashes, Numbers]:
    """The distinct ones, ascending, and for each hash the number of its like among them."""
    order = np.argsort(hashes)
    ordered = hashes[order]
    first = _firsts(ordered)
    numbers = np.empty(len(hashes), np.int32)
    numbers[order] = np.cumsum(first) - 1
    return ordered[first], numbers


def distinct(hashes: npt.NDArray[Unsigned]) -> npt.NDArray[Unsigned]:
    """Each hash once, ascending."""
    ordered = np.sort(hashes)
    return ordered[_firsts(ordered)]


def _firsts(ordered: npt.NDArray[Unsigned]) -> npt.NDArray[np.bool_]:
    """Which of ascending hashes differ from the one before."""
    first = np.empty(len(ordered), bool)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def among(hashes: Hashes, sorted_set: Hashes) -> npt.NDArray[np.bool_]:
    """Which hashes are in an ascending set."""
    return _search(hashes, sorted_set)[0]


def matches(one: Hashes, other: Hashes) -> tuple[Starts, Starts]:
    """Where two ascending sets have the same hashes, in each of them."""
    if len(one) > len(other):
        there, here = matches(other, one)
        return here, there
    found, places = _search(one, other)
    here = np.flatnonzero(found)
    return here, places[here]


def _search(hashes: Hashes, sorted_set: Hashes) -> tuple[npt.NDArray[np.bool_], Starts]:
    if not len(sorted_set):
        return np.zeros(len(hashes), bool), np.zeros(len(hashes), np.intp)
    places = np.searchsorted(sorted_set, hashes)
    places[places == len(sorted_set)] = 0
    return sorted_set[places] == hashes, places
