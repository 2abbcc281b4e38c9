"""Kernels of `services.enrich.facts.keywords`."""

import numpy as np
from numba import types

from services.enrich.events.lexicon import Codes
from services.enrich.kernels.lexicon import BITS, MASK, Units
from services.enrich.kernels.terms import MOST_FOLDED, folds_of_signs
from services.kernels.target import njit


def folded(text: str) -> str | None:
    """None of a text with signs that no table has."""
    written = text.encode("utf-16-le", "surrogatepass")
    if len(written) > 2 * len(text):
        return None
    units = fold(np.frombuffer(written, np.uint16), folds_of_signs())
    return units.tobytes().decode("utf-16-le", "surrogatepass")


@njit(
    types.uint16[::1](types.Array(types.uint16, 1, "C", readonly=True), types.uint64[::1]),
    cache=True,
    nogil=True,
)
def fold(units: Units, folds: Codes) -> Units:
    """Each sign as the signs that it folds to."""
    signs = np.empty(MOST_FOLDED * len(units), np.uint16)
    count = 0
    for at in range(len(units)):
        rest = folds[np.uintp(units[np.uintp(at)])]
        signs[np.uintp(count)] = rest & MASK
        count += 1
        while rest > MASK:
            rest >>= np.uint64(BITS)
            signs[np.uintp(count)] = rest & MASK
            count += 1
    return signs[:count]
