"""Kernels of `services.dedup.search.sketch`."""

import numpy as np

from services.dedup.kernels.target import njit
from services.dedup.search.sketch import Signature
from services.dedup.text.shingles import Hashes


@njit("uint32[:](uint64[::1], uint32[::1], uint32[::1])", cache=True, nogil=True)
def signature(novel: Hashes, factors: Signature, offsets: Signature) -> Signature:
    """`Signer.signature` of at least one hash."""
    least = np.full(len(factors), 0xFFFFFFFF, np.uint32)
    for value in novel:  # numba widens every product to 64 bits
        low = np.uint32(value)
        low = np.uint32((low ^ (low >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        low = np.uint32((low ^ (low >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        low = np.uint32(low ^ (low >> np.uint32(16)))
        for i in range(len(factors)):
            least[i] = min(least[i], np.uint32(factors[i] * low + offsets[i]))
    return least
