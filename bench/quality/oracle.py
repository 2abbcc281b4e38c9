"""What texts share, by brute force: every pair of an archive, whole texts, no hashing, no cap, no sample.

Words are lower-cased runs of word characters, shingles are five of them in a row, numbered without
collisions. The classes of a pair (`reuse`, `repeat`, `mixed`, `tiny`, `weak`) rest on days: a shingle
that stands on more than three days of the archive is not fresh.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
PairClass = Literal["reuse", "repeat", "mixed", "tiny", "weak"]
WORD = re.compile(r"\w+")
WIDTH = 5
LEAST_JACCARD, LEAST_CONTAINMENT = 0.1, 0.3
"""A pair below both is not listed."""
_STRONG, _TINY, _FRESH_DAYS, _FEW_FRESH = 0.5, 15, 3, 15
_REPEAT_SHARE, _REUSE_SHARE = 0.15, 0.4
_DAY_S = 86_400


class Shares(NamedTuple):
    """What two texts share; `a` and `b` in the order asked for."""

    shared: int
    a: int
    b: int

    @property
    def jaccard(self) -> float:
        return self.shared / max(1, self.a + self.b - self.shared)

    @property
    def a_in_b(self) -> float:
        return self.shared / max(1, self.a)

    @property
    def b_in_a(self) -> float:
        return self.shared / max(1, self.b)

    @property
    def containment(self) -> float:
        """The larger one."""
        return max(self.a_in_b, self.b_in_a)


class Listed(NamedTuple):
    """A pair of texts that share enough to be looked at; `a` stands before `b` in the archive."""

    a: str
    b: str
    shares: Shares
    fresh: Shares
    kind: PairClass


class Oracle:
    """Exact shingle sets of some texts."""

    def __init__(self, texts: Mapping[str, str], seen: Mapping[str, datetime] | None = None) -> None:
        """`seen`: when each text was first seen; without it every shingle is fresh."""
        self._names = list(texts)
        self._number = {name: number for number, name in enumerate(self._names)}
        shingles, owners = _numbered(list(texts.values()))
        total = int(shingles.max(initial=-1)) + 1
        keys = np.unique(owners * total + shingles) if total else shingles
        self._shingles, owners = keys % max(1, total), keys // max(1, total)
        self._starts = np.searchsorted(owners, np.arange(len(self._names) + 1))
        order = np.argsort(self._shingles, kind="stable")
        self._holders = owners[order]
        self._lists = np.searchsorted(self._shingles[order], np.arange(total + 1))
        self._stale = self._on_many_days(owners, total, seen)

    def shares(self, a: str, b: str) -> Shares:
        mine, theirs = self._of(self._number[a]), self._of(self._number[b])
        return _shares(mine, theirs)

    def listed(self) -> Iterator[Listed]:
        """Every pair of the archive with J >= .1 or a containment >= .3."""
        sizes = np.diff(self._starts)
        for number, name in enumerate(self._names):
            counts = self._shared_with_later(number)
            others = np.flatnonzero(counts)
            shared, mine, theirs = counts[others], sizes[number], sizes[number + 1 + others]
            enough = (shared >= LEAST_JACCARD * (mine + theirs - shared)) | (
                shared >= LEAST_CONTAINMENT * np.minimum(mine, theirs)
            )
            for other in (others[enough] + number + 1).tolist():
                yield self._listed(name, self._names[other])

    def _listed(self, a: str, b: str) -> Listed:
        mine, theirs = self._of(self._number[a]), self._of(self._number[b])
        shares = _shares(mine, theirs)
        fresh = _shares(mine[~self._stale[mine]], theirs[~self._stale[theirs]])
        return Listed(a, b, shares, fresh, classified(shares, fresh))

    def _of(self, number: int) -> Ints:
        return self._shingles[self._starts[number] : self._starts[number + 1]]

    def _shared_with_later(self, number: int) -> Ints:
        """How many shingles each later text has in common with this one."""
        mine = self._of(number)
        begins = self._lists[mine]
        lengths = self._lists[mine + 1] - begins
        offsets = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        holders = self._holders[np.repeat(begins, lengths) + offsets]
        counts: Ints = np.bincount(holders, minlength=len(self._names))
        return counts[number + 1 :]

    def _on_many_days(
        self, owners: Ints, total: int, seen: Mapping[str, datetime] | None
    ) -> npt.NDArray[np.bool_]:
        if seen is None:
            return np.zeros(total, bool)
        days = np.array([int(seen[name].timestamp() // _DAY_S) for name in self._names], np.int64)
        _, days = np.unique(days, return_inverse=True)
        on = np.unique(self._shingles * (len(days) + 1) + days[owners]) // (len(days) + 1)
        return np.bincount(on, minlength=total) > _FRESH_DAYS


def classified(shares: Shares, fresh: Shares) -> PairClass:
    if max(shares.jaccard, shares.containment) < _STRONG:
        return "weak"
    if min(shares.a, shares.b) < _TINY:
        return "tiny"
    share = fresh.shared / max(1, min(fresh.a, fresh.b))
    if fresh.shared < _FEW_FRESH or share < _REPEAT_SHARE:
        return "repeat"
    return "reuse" if share >= _REUSE_SHARE else "mixed"


def _shares(mine: Ints, theirs: Ints) -> Shares:
    shared = len(np.intersect1d(mine, theirs, assume_unique=True))
    return Shares(shared, len(mine), len(theirs))


def _numbered(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """A number for each shingle of each text, equal for equal words and for no others; and its text."""
    vocabulary: dict[str, int] = {}
    numbered = [
        [vocabulary.setdefault(word, len(vocabulary)) for word in WORD.findall(text.lower())]
        for text in texts
    ]
    owners = np.repeat(np.arange(len(texts)), [len(words) for words in numbered])
    words = np.array([word for text in numbered for word in text], np.int64)
    if len(words) < WIDTH:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    two = _renumbered(words[:-1], words[1:])
    four = _renumbered(two[:-2], two[2:])
    five = _renumbered(four[:-1], words[4:])
    whole = owners[: len(five)] == owners[WIDTH - 1 :]
    return five[whole], owners[: len(five)][whole]


def _renumbered(first: Ints, second: Ints) -> Ints:
    """One number for each pair of numbers."""
    both = first * (int(second.max()) + 1) + second
    numbers: Ints = np.unique(both, return_inverse=True)[1]
    return numbers
