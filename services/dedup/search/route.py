"""Route: keys to key groups, so that candidate search can be spread without changing its result.

The number of groups is part of the scheme and never changes; a worker owns a contiguous range of
them. Everything that crosses is a block: many versions' keys in a few arrays.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from services.dedup.text.shingles import Hashes

GROUPS = 128
_SHIFT = np.uint64(57)


class Block(msgspec.Struct, frozen=True):
    """Keys of several versions. `(signer, number)` names the block: taking it twice changes nothing."""

    signer: str
    number: int
    versions: tuple[str, ...]
    at_us: tuple[int, ...]
    """First-seen time of each version."""
    keys: Hashes
    """All keys, sorted."""
    owners: npt.NDArray[np.int32]
    """For each key the index of its version."""


def block(signer: str, number: int, signed: Sequence[tuple[str, int, Hashes]]) -> Block:
    """Pack `(version id, first seen in µs, keys)` of several versions."""
    keys = np.concatenate([item[2] for item in signed])
    owners = np.repeat(np.arange(len(signed), dtype=np.int32), [len(item[2]) for item in signed])
    order = np.argsort(keys, kind="stable")
    return Block(
        signer,
        number,
        tuple(item[0] for item in signed),
        tuple(item[1] for item in signed),
        keys[order],
        owners[order],
    )


def route(whole: Block, ranges: int) -> list[Block]:
    """One block a range. `ranges` divides GROUPS; a range is a run of groups, by the keys' top bits.

    Raises `ValueError` where the groups cannot be shared out evenly.
    """
    if ranges < 1 or GROUPS % ranges:
        raise ValueError(f"{ranges} ranges do not share out {GROUPS} key groups evenly")
    wide = GROUPS // ranges
    starts = np.searchsorted(whole.keys >> _SHIFT, np.arange(0, GROUPS + 1, wide, dtype=np.uint64))
    return [
        Block(whole.signer, whole.number, whole.versions, whole.at_us, whole.keys[a:b], whole.owners[a:b])
        for a, b in pairwise(starts.tolist())
    ]
