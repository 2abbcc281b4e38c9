"""Which records a log may forget. Pure: the caller brings the time.

A compacted topic keeps the last record of each key, and everything that some consumer group has not
taken yet: what was between would be lost to it. A tombstone goes once it is old enough that every reader
has had time to see it. Other topics drop what is past their retention.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from services.stream.bus import TopicSpec

TOMBSTONE_GRACE_S = 86_400
"""As Kafka's `delete.retention.ms`: how long a reader may take from a key's value to its tombstone."""


class KeyedRecord(Protocol):
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def timestamp_us(self) -> int: ...


class CleanupRule(msgspec.Struct, frozen=True):
    """What a topic's cleanup means at one moment."""

    compact: bool
    horizon_us: int | None
    """Tombstones (compacted) or records (others) stamped before this go; None keeps them."""
    taken: int | None = None
    """Compacted: from this offset on a group has still to take the records, so they stay."""


def cleanup_rule(spec: TopicSpec, *, now_us: int, tombstone_grace_s: float) -> CleanupRule:
    age_s = spec.retention_s
    if spec.compact and age_s is None:
        age_s = int(tombstone_grace_s)
    return CleanupRule(compact=spec.compact, horizon_us=None if age_s is None else now_us - age_s * 1_000_000)


def last_offsets(records: Iterable[KeyedRecord], known: dict[bytes, int]) -> None:
    """Note in `known` the last offset of each key; call it with records in offset order."""
    for record in records:
        if record.key is not None:
            known[record.key] = record.offset


def survives(record: KeyedRecord, rule: CleanupRule, last: Mapping[bytes, int]) -> bool:
    """Whether the record stays. `last` must know every record the log held when it was made."""
    old = rule.horizon_us is not None and record.timestamp_us < rule.horizon_us
    if not rule.compact:
        return not old
    if rule.taken is not None and record.offset >= rule.taken:
        return True
    if record.key is not None and last.get(record.key, record.offset) > record.offset:
        return False
    return record.value is not None or not old
