"""Kernels of `services.dedup.relations.spelling`."""

import numpy as np
from numba import types

from services.dedup.kernels.layouts import CODES, LETTERS, ROWS, SPANS, Rows
from services.dedup.relations.spelling import PICTURES, PICTURES_END, UNSURE, Letters
from services.dedup.text.codes import Codes
from services.dedup.text.words import Spans
from services.kernels.target import njit

_NEW_LINE, _HYPHEN, _TRUE_HYPHEN = 0x0A, 0x2D, 0x2010
_GREEK, _BEHIND_CYRILLIC = 0x370, 0x500


@njit(cache=True, nogil=True)
def _word_part(codes: Codes, place: int, letters: Letters) -> int:
    """The next place of what is of a word, or may be."""
    while place < len(codes):
        code = codes[place]
        if letters[code] if code < len(letters) else not PICTURES <= code < PICTURES_END:
            break
        if code == _NEW_LINE and place and codes[place - 1] in (_HYPHEN, _TRUE_HYPHEN):
            return len(codes) + 1  # a word may go on in the next line
        place += 1
    return place


@njit(types.boolean(CODES, CODES, LETTERS), cache=True, nogil=True)
def are_spelt_alike(mine: Codes, theirs: Codes, letters: Letters) -> bool:
    """`spelling.are_spelt_alike`, of stretches that are not equal."""
    i = j = foreign = 0
    while True:
        begin, other_begin = i, j
        i, j = _word_part(mine, i, letters), _word_part(theirs, j, letters)
        if i >= len(mine) or j >= len(theirs):
            return i == len(mine) and j == len(theirs)
        if max(mine[i], theirs[j]) >= len(letters) or (begin and (i == begin) != (j == other_begin)):
            return False
        letter = letters[mine[i]]
        if letter != letters[theirs[j]] or letter == UNSURE:
            return False
        before, foreign = foreign, 2 if _GREEK <= letter < _BEHIND_CYRILLIC else 1
        if i == begin and before and before != foreign:
            return False  # a letter that may stand for one of another script
        i += 1
        j += 1


@njit(cache=True, nogil=True)
def _are_equal(mine: Codes, theirs: Codes) -> bool:
    place = 0
    while place < min(len(mine), len(theirs)) and mine[place] == theirs[place]:
        place += 1
    return place == len(mine) == len(theirs)


@njit(ROWS(ROWS, SPANS, SPANS, CODES, CODES, LETTERS), cache=True, nogil=True)
def stretches(found: Rows, mine: Spans, theirs: Spans, text: Codes, other: Codes, letters: Letters) -> Rows:
    """`passages._stretches`."""
    told = np.empty((len(found), 5), np.int64)
    for row in range(len(found)):
        start, there, length = found[row, 0], found[row, 1], found[row, 2]
        begin, end = mine[start, 0], mine[start + length - 1, 1]
        other_begin, other_end = theirs[there, 0], theirs[there + length - 1, 1]
        told[row, 0], told[row, 1], told[row, 2], told[row, 3] = begin, end, other_begin, other_end
        ours, others = text[begin:end], other[other_begin:other_end]
        told[row, 4] = _are_equal(ours, others) or are_spelt_alike(ours, others, letters)
    return told
