"""Kernels of `services.enrich.events.lexicon`: what the codes of terms are.

A code holds the first letters of a term, of sixteen bits each, in two numbers, so that codes are in the order
of the alphabet. A term that is longer has none.
"""

import numpy as np
import numpy.typing as npt

from services.enrich.events.lexicon import STEM, Codes, Numbers, Terms
from services.kernels.target import njit

Units = npt.NDArray[np.uint16]
BITS = 16
LETTERS_A_HALF = STEM // 2
MASK = np.uint64((1 << BITS) - 1)
_BLANK = ord(" ")
assert STEM == 2 * LETTERS_A_HALF
assert BITS * LETTERS_A_HALF < 64


def spell(numbers: Numbers, terms: Terms) -> str | None:
    """What the definition spells; None of terms of which one has no code."""
    are_coded, letters = spell_codes(numbers, terms.codes)
    return letters.tobytes().decode("utf-16-le") if are_coded else None


@njit
def shift(letter: int) -> np.uint64:
    """Of the letter at a place in its half."""
    return np.uint64(BITS * (LETTERS_A_HALF - letter))


@njit("Tuple((boolean, uint16[::1]))(int64[::1], uint64[:, ::1])", cache=True, nogil=True)
def spell_codes(numbers: Numbers, codes: Codes) -> tuple[bool, Units]:
    """Whether all have codes; and the letters, with blanks between the terms."""
    letters = np.empty(len(numbers) * (STEM + 1), np.uint16)
    end = 0
    for number in numbers:
        if codes[number, 0] == 0:
            return False, letters[:0]
        for half in range(2):
            code = codes[number, half]
            for place in range(LETTERS_A_HALF):
                letter = code >> shift(place) & MASK
                if not letter:
                    break
                letters[end] = letter
                end += 1
        letters[end] = _BLANK
        end += 1
    return True, letters[: max(end - 1, 0)]
