"""Kernels of `services.dedup.text.figures`."""

import re
from collections.abc import Iterator

import numpy as np
from numba import types

from services.dedup.kernels.layouts import CODES, FLAGS
from services.dedup.text.codes import Codes, codes
from services.dedup.text.screens import Digits, digits
from services.dedup.text.shingles import Starts
from services.kernels.target import njit


def numbers(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What `pattern.finditer` gives, of a pattern that matches from a digit on that stands behind none."""
    end = 0
    for start in starts(codes(text), digits()).tolist():
        match = pattern.match(text, start) if start >= end else None
        if match is not None:
            end = match.end()
            yield match


@njit(types.int64[::1](CODES, FLAGS), cache=True, nogil=True)
def starts(codes: Codes, digits: Digits) -> Starts:
    """Where digits stand behind none."""
    found = np.empty(len(codes) // 2 + 1, np.int64)
    count = 0
    inside = False
    for place in range(len(codes)):
        is_digit = codes[place] < len(digits) and digits[codes[place]]
        if is_digit and not inside:
            found[count] = place
            count += 1
        inside = is_digit
    return found[:count].copy()
