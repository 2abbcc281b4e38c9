"""Whether the canaries come through: looks where their stories end, as a reader of stories would.

The gauge is the time of the shard that has waited longest, so one stalled shard is enough to make it old.
"""

import time
from collections.abc import Callable

from services.console.scan import is_a, scan_partition
from services.contracts import wire
from services.contracts.stories import Story
from services.contracts.topics import BY_NAME, CANARY
from services.ops.events import LogEvent
from services.ops.logging import get_logger
from services.ops.registry import Metrics
from services.stream.bus import Bus, Partition, Record
from services.stream.clock import microseconds


class CanaryWatch:
    """Begins with what comes from now on; before the first, the time of the start stands."""

    def __init__(self, bus: Bus, metrics: Metrics, *, now: Callable[[], float] = time.time) -> None:
        self._bus = bus
        self._gauge = metrics.gauge("canary_last_success_timestamp_seconds")
        self._started = now()
        self._came: dict[int, float] = {}
        self._next: dict[int, int] = {}
        self._gauge.set(self._started)

    async def look(self) -> None:
        """Raises `BusError` where the bus does not answer."""
        for number in range(BY_NAME[CANARY].partitions):
            partition = Partition(CANARY, number)
            if number not in self._next:
                self._next[number] = await self._bus.end(partition)
            async for record in scan_partition(self._bus, partition, self._next[number]):
                self._next[number] = record.offset + 1
                self._note(record)
        self._gauge.set(min(self._came.get(number, self._started) for number in self._next))

    def _note(self, record: Record) -> None:
        if not is_a(record, Story):
            return
        story = wire.decode(Story, record.value or b"")
        number = record.partition.number
        self._came[number] = record.timestamp_us / 1_000_000
        age_us = record.timestamp_us - microseconds(story.last_seen_at)
        get_logger("ingest").info(LogEvent.CANARY_ARRIVED, partition=number, duration_ms=round(age_us / 1000))
