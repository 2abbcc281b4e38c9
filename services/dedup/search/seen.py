"""How often a version's shingles had been seen when it came, small enough to be kept with it."""

import numpy as np

from services.dedup import kernels
from services.dedup.search.novelty import Days

_SHIFTS = np.array([0, 2, 4, 6], np.uint8)
_LEVELS: Days = (np.arange(256, dtype=np.uint8)[:, None] >> _SHIFTS) & np.uint8(3)
"""The four counts that a byte packs."""
_WEIGHTS = np.left_shift(1, _SHIFTS, dtype=np.uint8)


def pack(days: Days) -> bytes:
    """Day counts, capped at 3, two bits each."""
    compiled = kernels.module("seen")
    if compiled is not None:
        return bytes(compiled.pack(days))
    levels = np.minimum(days, 3)
    padded = np.concatenate((levels, np.zeros(-len(levels) % 4, np.uint8))).reshape(-1, 4)
    joined: Days = padded @ _WEIGHTS
    return joined.tobytes()


def unpack(packed: bytes, count: int) -> Days:
    """The first `count` of the packed counts."""
    return _LEVELS[np.frombuffer(packed, np.uint8)].reshape(-1)[:count]
