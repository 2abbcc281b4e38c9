"""What folding makes of each character alone: a table for the kernel of `services.dedup.text.words`.

Filled from the definitions. A character whose folding depends on its neighbours in a way that the kernel
has no rule for is `HARD`: a text that holds one is folded by the definitions.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup.text.letters import COMBINING, SIGNS, unify
from services.dedup.text.words import SOFT_HYPHEN, UNSPACED, lower

Units = npt.NDArray[np.uint16]
"""Of UTF-16."""
Entries = npt.NDArray[np.int64]

PLANE = 0x10000
PICTURES, PICTURES_END = 0x1F000, 0x1FC00
"""Emoji, behind the basic plane in the table."""

# An entry: its two letters, or where in `more` they stand; how many they are; what the character is.
SECOND, COUNT = 16, 32
MOST_LETTERS = 15
LATIN, FOREIGN, TIE = 1 << 36, 1 << 37, 1 << 38
"""Letters of which one may stand for the other, and what is no letter but stands in their ranges."""
CASED, IGNORABLE = 1 << 39, 1 << 40
"""What decides on the lower case of a Greek sigma beside it."""
ALPHABETIC, LOWER = 1 << 41, 1 << 42
DOTTED = 1 << 43
"""Lowers to two characters: a text that holds it is lowered character by character."""
RULED, LEFT_OUT, SIGN, HARD = 1 << 44, 1 << 45, 1 << 46, 1 << 47
"""The kernel has a rule for it; it is left out; it is a word by itself; it is none of these."""

_BLANK = ord(" ")
_RULES = f"-\u2010&\u03a3{SOFT_HYPHEN}"
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_FOREIGN = re.compile(r"[\u0370-\u04ff]")
_HARD = re.compile(f"[{COMBINING}]")
_SIGN = re.compile(f"[{UNSPACED}]")
_HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000))
_SYLLABLES = slice(0xAC00, 0xD7A4)
_PARTS_OF_SYLLABLES = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))


class LetterTable(NamedTuple):
    entries: Entries
    more: Units
    """The letters of characters that fold to more than two."""


@lru_cache(maxsize=1)
def letter_table() -> LetterTable:
    entries, more = np.full(PLANE + PICTURES_END - PICTURES, _BLANK, np.int64), [0]
    joining = frozenset(_joining())
    for code in _singular():
        entries[code if code < PLANE else code - PICTURES + PLANE] = _entry(chr(code), joining, more)
    for begin, end in _HAN:
        entries[begin:end] = np.arange(begin, end) | 1 << COUNT | ALPHABETIC | RULED | SIGN
    entries[0xD800:0xE000] = RULED | _BLANK
    entries[_SYLLABLES] = np.arange(_SYLLABLES.start, _SYLLABLES.stop) | 1 << COUNT | ALPHABETIC
    return LetterTable(entries, np.array(more, np.uint16))


def _singular() -> Iterator[int]:
    """All but Han, syllables of Hangul, surrogates and what is for private use."""
    for begin, end in ((0, 0x3400), (0x4DC0, 0x4E00), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xF900, PLANE)):
        yield from range(begin, end)
    yield from range(PICTURES, PICTURES_END)


def _entry(letter: str, joining: frozenset[str], more: list[int]) -> int:
    if _HARD.match(letter):
        return HARD
    traits = _traits(letter)
    if SIGNS.match(letter):
        return LEFT_OUT | traits & (ALPHABETIC | LOWER)
    sign = _SIGN.match(letter) is not None
    if not (_is_word(letter) or sign):
        return traits | (TIE | RULED) * bool(traits & (LATIN | FOREIGN)) | _BLANK
    if sign:
        traits |= RULED | SIGN
    low = lower(letter)
    normal = unicodedata.normalize("NFKC", low).replace(" ", "")
    small = lower(normal)
    letters = unify(small)
    steady = letters == small or unify(letters) == letters
    steady = steady and (sign or (_is_word(low) and joining.isdisjoint(normal)))
    if not (steady and letters and len(letters) <= MOST_LETTERS and max(letters) < chr(PLANE)):
        return HARD
    if normal == low and small != low:
        return HARD
    if len(letters) <= 2:
        return traits | len(letters) << COUNT | ord(letters[0]) | ord(letters[1:] or "\0") << SECOND
    more += map(ord, letters)
    return traits | RULED | len(letters) << COUNT | len(more) - len(letters)


def _traits(letter: str) -> int:
    cased = f"{letter}\u03a3".lower()[-1] == "\u03c2"
    return (
        LATIN * bool(_LATIN.match(letter))
        | FOREIGN * bool(_FOREIGN.match(letter))
        | CASED * cased
        | IGNORABLE * (not cased and f"a{letter}\u03a3".lower()[-1] == "\u03c2")
        | ALPHABETIC * (letter.isalnum() and not letter.isdecimal())
        | LOWER * letter.islower()
        | DOTTED * (len(letter.lower()) != 1)
        | RULED * (letter in _RULES)
    )


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _joining() -> Iterator[str]:
    """What may join what stands before it, or change places with it, when text is normalised."""
    yield from map(chr, _PARTS_OF_SYLLABLES)
    for code in _singular():
        letter = chr(code)
        if unicodedata.combining(letter):
            yield letter
        pair = unicodedata.decomposition(letter).split(" ")
        if len(pair) == 2 and pair[0][0] != "<":
            yield chr(int(pair[1], 16))
