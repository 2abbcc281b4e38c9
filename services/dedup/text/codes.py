"""A text as an array of its code points, for kernels that look at characters."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
_TEXTS_AT_HAND = 64  # one pair after another is asked for times, figures, quotations and passages


@lru_cache(maxsize=_TEXTS_AT_HAND)
def codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
