"""Readings as they are handed on: a text is read once, by plan, and again only where that was forgotten."""

import msgspec
import numpy as np

from services.contracts.articles import Article
from services.dedup.search.profile import Profile, Reading, profile
from services.dedup.search.seen import unpack as unpack_seen
from services.dedup.text.shingles import Shingles
from services.dedup.window import profile_of

MOST_BYTES = 1 << 20
"""Of a reading that is handed on: it travels in a record, with its text. Whoever needs a larger one reads."""
_NO_HASHES = np.zeros(0, np.uint64)


class PackedReading(msgspec.Struct, frozen=True, array_like=True, gc=False):
    words: int
    unspaced: bool
    unique: bytes
    """uint64"""
    numbers: bytes
    """int32; with `unique` they tell the wide shingles"""
    boxed: bytes
    """bool, beside `unique`; nothing where none is"""
    signs: bytes | None
    """bool"""
    narrow: bytes = b""
    """uint64"""
    around: bytes = b""
    """int32"""

    def without_narrow(self) -> "PackedReading":
        """All that pairs are looked at by: narrow shingles are for the signature alone."""
        return PackedReading(self.words, self.unspaced, self.unique, self.numbers, self.boxed, self.signs)

    @property
    def nbytes(self) -> int:
        held = self.unique, self.numbers, self.boxed, self.signs or b"", self.narrow, self.around
        return sum(map(len, held))


def pack(reading: Reading) -> PackedReading:
    signs = reading.shingles.signs
    return PackedReading(
        words=reading.words,
        unspaced=reading.shingles.unspaced,
        unique=reading.unique.tobytes(),
        numbers=reading.numbers.astype(np.int32, copy=False).tobytes(),
        boxed=reading.boxed.tobytes() if reading.boxed.any() else b"",
        signs=None if signs is None else signs.tobytes(),
        narrow=reading.narrow.tobytes(),
        around=reading.around.astype(np.int32, copy=False).tobytes(),
    )


def unpack(packed: PackedReading) -> Reading:
    unique, numbers = np.frombuffer(packed.unique, np.uint64), np.frombuffer(packed.numbers, np.int32)
    signs = None if packed.signs is None else np.frombuffer(packed.signs, np.bool_)
    boxed = np.frombuffer(packed.boxed, np.bool_) if packed.boxed else np.zeros(len(unique), np.bool_)
    return Reading(
        words=packed.words,
        shingles=Shingles(_NO_HASHES, unique[numbers], packed.unspaced, signs),
        narrow=np.frombuffer(packed.narrow, np.uint64),
        around=np.frombuffer(packed.around, np.int32),
        unique=unique,
        numbers=numbers,
        boxed=boxed,
    )


def profile_by(packed: PackedReading | None, article: Article, seen: bytes) -> Profile:
    """`profile_of`, by a reading that is known."""
    if packed is None:
        return profile_of(article, seen)
    reading = unpack(packed)
    return profile(article, reading, unpack_seen(seen, len(reading.unique)))
