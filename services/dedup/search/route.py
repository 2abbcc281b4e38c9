"""Route: keys to key groups, so that candidate search can be spread without changing its result.

The number of groups is part of the scheme and never changes; a worker owns a contiguous range of
them. Everything that crosses is a block: many versions' keys in a few arrays.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup.text.shingles import Hashes, mix

Numbers = npt.NDArray[np.int64]
"""Of versions, in order of entering."""
GROUPS = 128
_NO_KEYS: Hashes = np.zeros(0, np.uint64)
_SHIFT = np.uint64(57)
_KIND = np.uint64(1)
"""The bit of a key that says what it is of."""


class Entry(NamedTuple):
    """A version and what it is found by."""

    version: int
    at_us: int
    """When it was first seen."""
    keys: Hashes


class Block(NamedTuple):
    """Keys of several versions. `(signer, number)` names the block: taking it twice changes nothing."""

    signer: str
    number: int
    versions: Numbers
    at_us: Numbers
    """First-seen time of each version."""
    keys: Hashes
    """All keys, version by version."""
    owners: npt.NDArray[np.int32]
    """For each key the place of its version in the block."""


def block(signer: str, number: int, entries: Sequence[Entry]) -> Block:
    keys = [entry.keys for entry in entries]
    return Block(
        signer,
        number,
        np.array([entry.version for entry in entries], np.int64),
        np.array([entry.at_us for entry in entries], np.int64),
        np.concatenate([_NO_KEYS, *keys]),
        np.repeat(np.arange(len(entries), dtype=np.int32), [len(each) for each in keys]),
    )


def route(whole: Block, ranges: int) -> list[Block]:
    """One block a range. `ranges` divides GROUPS; a range is a run of groups, by the top bits of spread keys.

    Raises `ValueError` where the groups cannot be shared out evenly.
    """
    if ranges < 1 or GROUPS % ranges:
        raise ValueError(f"{ranges} ranges do not share out {GROUPS} key groups evenly")
    whole = whole._replace(keys=_spread(whole.keys))
    if ranges == 1:
        return [whole]
    ranged = (whole.keys >> _SHIFT).astype(np.uint8) // np.uint8(GROUPS // ranges)
    order = np.argsort(ranged, kind="stable")
    keys, owners = whole.keys[order], whole.owners[order]
    bounds = np.searchsorted(ranged[order], np.arange(ranges + 1))
    return [whole._replace(keys=keys[a:b], owners=owners[a:b]) for a, b in pairwise(bounds.tolist())]


def _spread(keys: Hashes) -> Hashes:
    """One to one, but for their last bit; evenly over all groups. A sample is the least hash of a window, so
    of keys as they are the fullest group of 128 has four times its share.
    """
    return mix(keys) & ~_KIND | keys & _KIND
