"""Input that could not be used, kept as it came so that it can be looked at and sent again.

Pure. A dead letter goes out with the outputs and offsets of its batch, in the same act.
"""

from datetime import datetime

from services.stream.bus import Output, Partition, Record
from services.stream.clock import microseconds
from services.stream.service import DeadLetter, Poison

PREFIX = "dead-letters."


def topic_of(service: str) -> str:
    return PREFIX + service


def origin_of(record: Record) -> str:
    topic, number = record.partition
    return f"{topic}/{number}/{record.offset}"


def dead_record(record: Record, poison: Poison) -> DeadLetter:
    """The record untouched, and what was wrong with it."""
    return DeadLetter(
        reason=poison.reason,
        detail=poison.detail,
        key=record.key,
        value=record.value,
        headers=record.headers,
        origin=origin_of(record),
    )


def to_output(dead: DeadLetter, service: str, *, now: datetime) -> Output:
    """The original key, value and headers, with `dl_*` headers behind them.

    A dead letter that was sent again and died again carries the `dl_*` of every death, last one last.
    """
    why = {
        "dl_reason": dead.reason,
        "dl_detail": dead.detail,
        "dl_origin": dead.origin,
        "dl_service": service,
        "dl_at": now.isoformat().replace("+00:00", "Z"),
    }
    return Output(
        partition=Partition(topic_of(service), 0),
        key=dead.key,
        value=dead.value,
        headers=(*dead.headers, *((name, text.encode()) for name, text in why.items())),
        timestamp_us=microseconds(now),
    )
