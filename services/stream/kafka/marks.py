"""Telling from committed offsets whether a transaction took effect. Pure.

Every transaction commits an offset of its input, with a mark in the offset's metadata that no other
transaction carries. So an outcome that got lost on the way can be read back, even of a publish that
consumed nothing.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from services.stream.bus import Partition

_UNREAD = " unread"


class CommittedOffset(NamedTuple):
    """A committed offset as the broker keeps it."""

    offset: int
    metadata: str


Offsets = Mapping[Partition, CommittedOffset]
CommitVerdict = Literal["done", "not done", "another"]


def to_commit(
    known: Offsets, consumed: Mapping[Partition, int], anchor: Partition, mark: str
) -> dict[Partition, CommittedOffset]:
    """What a transaction commits: what it consumed, and `anchor` in any case, marked.

    An anchor nothing was read from yet is committed at 0 and marked as unread.
    """
    marked = {partition: CommittedOffset(offset, mark) for partition, offset in consumed.items()}
    if anchor not in marked:
        read = positions(known).get(anchor)
        marked[anchor] = CommittedOffset(0, mark + _UNREAD) if read is None else CommittedOffset(read, mark)
    return marked


def positions(offsets: Offsets) -> dict[Partition, int]:
    """Next offset to read of each partition that something was read from."""
    return {
        partition: offset
        for partition, (offset, metadata) in offsets.items()
        if not metadata.endswith(_UNREAD)
    }


def judge(before: Offsets, found: Offsets, attempted: Offsets) -> CommitVerdict:
    """What became of a transaction that was to commit `attempted` over `before`.

    "another": somebody else has committed since, so whoever asks is not the owner any more.
    """
    if dict(found) == {**before, **attempted}:
        return "done"
    return "not done" if dict(found) == dict(before) else "another"
