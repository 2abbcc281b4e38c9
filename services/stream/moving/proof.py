"""Proof that a partition was moved: both logs are read, record by record, in order.

The log moved to may have begun to clean up, as its topics ask it to; what it may not have dropped yet must
be there, equal in key, value, headers and time, and nothing else may.
"""

from collections.abc import AsyncIterator, Callable

from services.stream.bus import Bus, Fatal, Output, Partition, Record
from services.stream.changelog import walk
from services.stream.moving.places import Places
from services.stream.retention import CleanupRule, last_offsets, survives

_ELSEWHERE = (
    "something else was published or deleted there; move to another prefix, or delete the topics there first"
)
Rewrite = Callable[[Record], Output]
"""A record as it is published elsewhere."""


async def prove(
    source: Bus, target: Bus, partition: Partition, rule: CleanupRule, rewrite: Rewrite
) -> Places:
    """Where each record lies now. Raises `Fatal` naming the first that is missing, foreign or different.

    `rule`: what the log moved to may have dropped by now.
    """
    last = await _read_last_offsets(source, partition) if rule.compact else {}
    places = Places()
    there = _read_records(target, partition)
    found = await anext(there, None)
    async for record in _read_records(source, partition):
        if found is not None and _is_equal(rewrite(record), found):
            places.note(record.offset, found.offset)
            found = await anext(there, None)
        elif survives(record, rule, last):
            raise Fatal(_missing_message(record, found))
    if found is not None:
        raise Fatal(
            f"{_name(partition)} on the other log holds a record at offset {found.offset} which this log "
            f"does not hold: {_ELSEWHERE}"
        )
    return places


async def _read_last_offsets(bus: Bus, partition: Partition) -> dict[bytes, int]:
    last: dict[bytes, int] = {}
    async for records in walk(bus, partition, 0, await bus.end(partition)):
        last_offsets(records, last)
    return last


async def _read_records(bus: Bus, partition: Partition) -> AsyncIterator[Record]:
    async for records in walk(bus, partition, 0, await bus.end(partition)):
        for record in records:
            yield record


def _is_equal(moved: Output, found: Record) -> bool:
    return (moved.key, moved.value, moved.headers, moved.timestamp_us) == (
        found.key,
        found.value,
        found.headers,
        found.timestamp_us,
    )


def _missing_message(record: Record, found: Record | None) -> str:
    instead = "nothing" if found is None else f"another record, at offset {found.offset}"
    return (
        f"{_name(record.partition)} offset {record.offset} is not on the other log, which has {instead} in "
        f"its place: {_ELSEWHERE}"
    )


def _name(partition: Partition) -> str:
    return f"{partition.topic}/{partition.number}"
