"""Kernels of `services.dedup.search.profile`."""

import numpy as np
from numba import types

from services.dedup.kernels.layouts import BYTES, HASHES, NUMBERS
from services.dedup.kernels.letters import SIGN, Entries, Units, letter_table
from services.dedup.kernels.shingles import distinct, mix, numbered
from services.dedup.search.novelty import Days
from services.dedup.search.profile import Reading
from services.dedup.text.shingles import (
    BASE,
    NARROW_CHARS,
    NARROW_WORDS,
    WIDE_CHARS,
    WIDE_WORDS,
    Hashes,
    Numbers,
    Places,
    Shingles,
    Starts,
)
from services.dedup.text.words import Spans, Split
from services.kernels.target import njit

_BLANK = 0x20
_FACTOR, _THREE = np.uint64(BASE), np.uint64(3)
_NOTHING, _ONE = np.uint64(0), np.uint64(1)
_LAST_POWER = np.uint64(63)
_POWERS = np.array([pow(BASE, power, 1 << 64) for power in range(int(_LAST_POWER) + 1)], np.uint64)
"""Of the letters of a word; there are few of more."""
_FIRST_SIGN = 0xE00
_ENTRIES = letter_table().entries
_NO_BOXES: Spans = np.zeros((0, 2), np.int64)


def reading(known: Split, boxes: list[tuple[int, int]]) -> Reading:
    """What a text says whose words are known; `boxes` are spans in it."""
    inside = np.array(boxes, np.int64) if boxes else _NO_BOXES
    made = read(known.letters, known.spans, inside, _ENTRIES)
    wide, narrow, around, unique, numbers, boxed, by_signs, unspaced = made
    held = Shingles(narrow[:0], wide, unspaced, by_signs if len(by_signs) else None)
    return Reading(len(known.spans), held, narrow, around, unique, numbers, boxed)


@njit
def _sum_up(letters: Units, hashes: Hashes) -> bool:
    """Of each word the sum of its letters times powers; false where one is too long for those at hand."""
    word = place = longest = value = _NOTHING
    for unit in letters:
        hashes[np.uintp(word)] = value  # of its letters so far
        within = np.uint64(unit != _BLANK)
        kept = _NOTHING - within  # no branch on where words end: nothing can predict it
        value = (value + np.uint64(unit) * _POWERS[np.uintp(place & _LAST_POWER)]) & kept
        place = (place + _ONE) & kept
        longest |= place
        word += within ^ _ONE
    hashes[np.uintp(word)] = value
    return bool(longest <= _LAST_POWER)


@njit
def _sum_up_long(letters: Units, hashes: Hashes) -> None:
    """`_sum_up` of words as long as may be."""
    word = 0
    value, power = np.uint64(0), np.uint64(1)
    for unit in letters:
        if unit == _BLANK:
            hashes[word] = value
            value, power = np.uint64(0), np.uint64(1)
            word += 1
        else:
            value += np.uint64(unit) * power
            power *= _FACTOR
    hashes[word] = value


@njit
def _hash_words(letters: Units, words: int) -> Hashes:
    hashes = np.empty(words + 1, np.uint64)
    if not _sum_up(letters, hashes):
        _sum_up_long(letters, hashes)
    for word in range(words):
        hashes[word] = mix(hashes[word])
    return hashes[:words]


@njit
def _find_signs(letters: Units, words: int, entries: Entries) -> Places:
    """Which words are single signs of a script without blanks; empty where none is."""
    bits = np.uint16(0)
    for place in range(len(letters)):
        bits |= letters[place]
    if bits < _FIRST_SIGN:
        return np.zeros(0, np.bool_)
    signs = np.zeros(words, np.bool_)
    word = start = 0
    for place in range(len(letters) + 1):
        if place == len(letters) or letters[place] == _BLANK:
            signs[word] = place - start == 1 and entries[letters[start]] & SIGN
            word += 1
            start = place + 1
    return signs if signs.any() else signs[:0]


@njit
def _mostly_signs(signs: Places) -> Places:
    """Of the words that a shingle of signs would hold from here on, more than half are signs."""
    mostly = np.empty(len(signs), np.bool_)
    for word in range(len(signs)):
        held = signs[word : word + WIDE_CHARS]
        mostly[word] = 2 * held.sum() > len(held)
    return mostly


@njit
def _shingle(words: Hashes, width: int) -> Hashes:
    """Of shingles that all have as many words: each from the one before, less the word that leaves."""
    made = np.empty(max(0, len(words) - width + 1), np.uint64)
    if not len(made):
        return made
    value, weight = np.uint64(0), np.uint64(1)
    for word in range(width - 1):
        value = value * _THREE + words[word]
        weight *= _THREE
    for start in range(len(made)):
        value = value * _THREE + words[start + width - 1]
        made[start] = mix(value)
        value -= weight * words[start]
    return made


@njit
def _shingle_either(words: Hashes, by_signs: Places, of_words: int, of_signs: int) -> Hashes:
    made = np.empty(len(words), np.uint64)
    for start in range(len(words)):
        end = start + (of_signs if by_signs[start] else of_words)
        if end > len(words):
            return made[:start].copy()
        value = words[start]
        for place in range(start + 1, end):
            value = value * _THREE + words[place]
        made[start] = mix(value)
    return made


@njit
def _boxed_before(spans: Spans, boxes: Spans) -> Starts:
    """How many words before each begin in a box."""
    before = np.zeros(len(spans) + 1, np.int64)
    box = 0
    for word in range(len(spans)):
        while box < len(boxes) and boxes[box, 1] <= spans[word, 0]:
            box += 1
        before[word + 1] = before[word] + (box < len(boxes) and boxes[box, 0] <= spans[word, 0])
    return before


@njit
def _unboxed(
    shingles: int, before: Starts, by_signs: Places, unspaced: bool, of_words: int, of_signs: int
) -> Places:
    """Which of so many shingles have none of their words inside a box."""
    outside = np.empty(shingles, np.bool_)
    for start in range(shingles):
        signs = by_signs[start] if len(by_signs) else unspaced
        outside[start] = before[start + (of_signs if signs else of_words)] == before[start]
    return outside


@njit
def _around(narrow: int, numbers: Numbers) -> Numbers:
    """Of each narrow shingle the number of the wide one in the middle of which it stands."""
    around = np.empty(narrow if len(numbers) else 0, np.int32)
    if len(around):
        end = min(len(numbers), narrow - 1) + 1
        around[0] = numbers[0]
        around[1:end] = numbers[: end - 1]
        around[end:] = numbers[len(numbers) - 1]
    return around


@njit
def hash_words(letters: Units, count: int, entries: Entries) -> tuple[Hashes, Places, bool]:
    """Hashes of so many words, none where they are too few for a shingle; where shingles are of signs, if not
    everywhere or nowhere; and whether words are not parted by blanks.
    """
    signs = _find_signs(letters, count, entries)
    unspaced = 2 * signs.sum() > count
    words = _hash_words(letters, count) if count >= NARROW_WORDS else np.empty(0, np.uint64)
    by_signs = signs[:0]
    if len(words) and len(signs) and not signs.all():
        by_signs = _mostly_signs(signs)
    return words, by_signs, unspaced


@njit
def shingle(words: Hashes, by_signs: Places, unspaced: bool, of_words: int, of_signs: int) -> Hashes:
    """What a run of words gives, each shingle of so many of them, or of signs."""
    if len(by_signs):
        return _shingle_either(words, by_signs, of_words, of_signs)
    return _shingle(words, of_signs if unspaced else of_words)


@njit
def _mark_boxed(boxed: Places, numbers: Numbers, before: Starts, by_signs: Places, unspaced: bool) -> None:
    """Of the distinct wide shingles, numbered along a text, all but those that stand outside of boxes."""
    outside = _unboxed(len(numbers), before, by_signs, unspaced, WIDE_WORDS, WIDE_CHARS)
    boxed[:] = True
    boxed[numbers[outside]] = False


@njit
def sort_wide(
    wide: Hashes, spans: Spans, boxes: Spans, by_signs: Places, unspaced: bool
) -> tuple[Hashes, Places]:
    """The distinct ones, and which of them stand in boxes."""
    if not len(boxes):
        unique = distinct(wide)
        return unique, np.zeros(len(unique), np.bool_)
    unique, numbers = numbered(wide)
    boxed = np.zeros(len(unique), np.bool_)
    _mark_boxed(boxed, numbers, _boxed_before(spans, boxes), by_signs, unspaced)
    return unique, boxed


_HASHES = types.uint64[::1]
_NUMBERS = types.int32[::1]
_FLAGS = types.boolean[::1]


@njit(
    types.Tuple((_HASHES, _HASHES, _NUMBERS, _HASHES, _NUMBERS, _FLAGS, _FLAGS, types.boolean))(
        types.uint16[::1], types.int64[:, ::1], types.int64[:, ::1], types.int64[::1]
    ),
    cache=True,
    nogil=True,
)
def read(
    letters: Units, spans: Spans, boxes: Spans, entries: Entries
) -> tuple[Hashes, Hashes, Numbers, Hashes, Numbers, Places, Places, bool]:
    """The fields of a `Reading`."""
    words, by_signs, unspaced = hash_words(letters, len(spans), entries)
    narrow = shingle(words, by_signs, unspaced, NARROW_WORDS, NARROW_CHARS)
    wide = shingle(words, by_signs, unspaced, WIDE_WORDS, WIDE_CHARS)
    unique, numbers = numbered(wide)
    around = _around(len(narrow), numbers)
    boxed = np.zeros(len(unique), np.bool_)
    if len(boxes):
        before = _boxed_before(spans, boxes)
        _mark_boxed(boxed, numbers, before, by_signs, unspaced)
        outside = _unboxed(len(narrow), before, by_signs, unspaced, NARROW_WORDS, NARROW_CHARS)
        narrow = narrow[outside]
        around = around[outside] if len(around) else around
    return wide, narrow, around, unique, numbers, boxed, by_signs, unspaced


@njit(types.uint64[::1](HASHES, NUMBERS, BYTES, types.int64), cache=True, nogil=True)
def evidence(narrow: Hashes, around: Numbers, days: Days, least: int) -> Hashes:
    """`evidence`."""
    novel = np.empty(len(narrow) + 1, np.uint64)
    count = 0
    for place in range(len(around)):
        novel[np.uintp(count)] = narrow[place]
        count += days[around[place]] < least
    if 2 * count < len(narrow):
        novel[: len(narrow)] = narrow
        count = len(narrow)
    return distinct(novel[:count])
