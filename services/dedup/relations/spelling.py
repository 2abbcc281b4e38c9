"""A cheap look at whether two stretches of copy spell the same words in the same way."""

from functools import cache

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.text.words import SOFT_HYPHEN, Codes

Letters = npt.NDArray[np.uint16]
"""By code point of the basic plane the lower case of what is of a word, 0 for what is none, or `UNSURE`."""

UNSURE = 1
_DEPENDING = f"{SOFT_HYPHEN}\u03a3"
"""What is no letter of a word, and what is lowered by what is around it."""


def are_spelt_alike(text: str, other: str) -> bool:
    """Whether two stretches surely have the same words in the same spelling, whatever parts them.

    Told letter by letter; where it cannot be told so, `words.spelt` knows.
    """
    if text == other:
        return True
    compiled = kernels.module("relations")
    return compiled is not None and bool(compiled.are_spelt_alike(_codes(text), _codes(other), letters()))


@cache
def letters() -> Letters:
    known = np.zeros(0x10000, np.uint16)
    for code in range(len(known)):
        character = chr(code)
        if character.isalnum() or character == "_":
            lowered = character.lower()
            known[code] = ord(lowered) if len(lowered) == 1 else code
    for character in _DEPENDING:
        known[ord(character)] = UNSURE
    return known


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
