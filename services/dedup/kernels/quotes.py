"""Kernels of `services.dedup.text.quotes`."""

import numpy as np

from services.dedup.kernels.layouts import CODES, FLAGS_MADE, STARTS
from services.dedup.text.codes import Codes
from services.dedup.text.quotes import LONGEST, Places
from services.dedup.text.shingles import Starts
from services.kernels.target import njit

_NEW_LINE = ord("\n")


@njit(cache=True, nogil=True)
def _end(codes: Codes, begin: int, closing: int) -> int:
    """Behind what is quoted between a mark and the closing one; 0 where it does not close."""
    place = begin + 1
    while (
        place < len(codes)
        and place - begin <= LONGEST
        and codes[place] != closing
        and codes[place] != _NEW_LINE
    ):
        place += 1
    return place + 1 if begin + 1 < place < len(codes) and codes[place] == closing else 0


@njit(FLAGS_MADE(CODES, STARTS, CODES, CODES), cache=True, nogil=True)
def quoted(codes: Codes, starts: Starts, opening: Codes, closing: Codes) -> Places:
    """`quotes.quoted_words`; `starts`: where words begin."""
    inside = np.zeros(len(starts), np.bool_)
    lowest, highest = min(opening), max(opening)
    second = highest
    for mark in opening:
        if lowest < mark < second:
            second = mark
    place = word = 0
    while place < len(codes):
        end = 0
        if codes[place] == lowest or second <= codes[place] <= highest:  # few characters of a text
            for pair in range(len(opening)):
                if codes[place] == opening[pair] and not end:
                    end = _end(codes, place, closing[pair])
        if not end:
            place += 1
            continue
        while word < len(starts) and starts[word] < place:
            word += 1
        while word < len(starts) and starts[word] < end:
            inside[word] = True
            word += 1
        place = end
    return inside
