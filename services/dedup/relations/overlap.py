"""Verify: what two versions share, counted exactly over their wide shingles."""

import msgspec
import numpy as np

from services.dedup import kernels
from services.dedup.search.profile import Profile
from services.dedup.text.shingles import among, matches


class Overlap(msgspec.Struct, frozen=True, gc=False):
    """Shingle counts of a pair; `newer` is the subject of a relation."""

    shared: int
    newer: int
    older: int
    fresh_shared: int
    """Shared and seen on too few earlier days to be stale."""
    fresh_newer: int
    fresh_older: int
    unseen_shared: int
    """Shared and, when the newer came, seen on one earlier day at most."""

    @property
    def jaccard(self) -> float:
        return self.shared / (self.newer + self.older - self.shared or 1)

    @property
    def containment(self) -> float:
        """Share of the newer found in the older."""
        return self.shared / (self.newer or 1)

    @property
    def other_containment(self) -> float:
        return self.shared / (self.older or 1)

    @property
    def larger_containment(self) -> float:
        return self.shared / (min(self.newer, self.older) or 1)

    @property
    def fresh_containment(self) -> float:
        return self.fresh_shared / (min(self.fresh_newer, self.fresh_older) or 1)

    @property
    def fresh_jaccard(self) -> float:
        return self.fresh_shared / (self.fresh_newer + self.fresh_older - self.fresh_shared or 1)

    @property
    def fresh_share_of_newer(self) -> float:
        return self.fresh_shared / (self.fresh_newer or 1)


def overlap(newer: Profile, older: Profile, *, stale_days: int) -> Overlap:
    """Exact counts. `stale_days`: seen on so many earlier days, a shingle is stale."""
    compiled = kernels.module("relations")
    if compiled is not None:
        shared, fresh, fresh_newer, fresh_older, unseen = compiled.overlap(
            newer.unique, newer.days, older.unique, older.days, stale_days
        )
        return Overlap(shared, len(newer.unique), len(older.unique), fresh, fresh_newer, fresh_older, unseen)
    here, there = matches(newer.unique, older.unique)
    days, theirs = newer.days[here], older.days[there]
    fresh = (days < stale_days) & (theirs < stale_days)
    return Overlap(
        shared=len(days),
        newer=len(newer.unique),
        older=len(older.unique),
        fresh_shared=int(np.count_nonzero(fresh)),
        fresh_newer=int(np.count_nonzero(newer.fresh(stale_days))),
        fresh_older=int(np.count_nonzero(older.fresh(stale_days))),
        unseen_shared=int(np.count_nonzero(days < 2)),
    )


def shared_share(one: Profile, other: Profile) -> float:
    """The larger containment of two versions, all shingles counted."""
    few, many = sorted((one.unique, other.unique), key=len)
    compiled = kernels.module("relations")
    shared = compiled.shared(few, many) if compiled else int(np.count_nonzero(among(few, many)))
    return float(shared / max(1, len(few)))
