"""A cheap look at whether two stretches of copy spell the same words in the same way."""

import re
from functools import cache

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.text.codes import codes
from services.dedup.text.letters import COMBINING, SIGNS
from services.dedup.text.words import SOFT_HYPHEN

Letters = npt.NDArray[np.uint16]
"""By code point of the basic plane the lower case of what is of a word, 0 for what is none, or `UNSURE`."""

UNSURE = 1
PICTURES, PICTURES_END = 0x1F300, 0x1FB00
"""Beyond the basic plane, and no letters."""
_DEPENDING = re.compile(rf"[&\u03a3{SOFT_HYPHEN}{COMBINING}]|{SIGNS.pattern}")
"""What is no letter of a word or makes one of others, and what is lowered by what is around it."""
_LONGER = "\u0130"
"""What would be two characters in lower case, and stays as it is."""


def are_spelt_alike(text: str, other: str) -> bool:
    """Whether two stretches surely have the same words in the same spelling, whatever parts them.

    Told letter by letter; where it cannot be told so, `words.spelt` knows.
    """
    if text == other:
        return True
    compiled = kernels.module("spelling")
    return compiled is not None and bool(compiled.are_spelt_alike(codes(text), codes(other), letters()))


@cache
def letters() -> Letters:
    characters = np.arange(0x10000, dtype=np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
    known = codes(characters.replace(_LONGER, " ").lower()).astype(np.uint16)
    known[ord(_LONGER)] = ord(_LONGER)
    known[[not (character.isalnum() or character == "_") for character in characters]] = 0
    for depending in _DEPENDING.finditer(characters):
        known[depending.start() : depending.end()] = UNSURE
    return known
