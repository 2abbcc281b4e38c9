"""How far the services of this process are behind their input."""

import time
from typing import NamedTuple

from services.console.run.pipeline import Pipeline
from services.ops.labels import TAKEN
from services.ops.registry import Metrics
from services.stream.bus import Bus, Partition


class Behind(NamedTuple):
    """What is committed in a partition and not taken yet."""

    records: int = 0
    seconds: float = 0.0
    """Since the oldest of it was first seen."""


async def behind(bus: Bus, partition: Partition, taken: int, now_s: float) -> Behind:
    """`taken`: the next offset to take.

    Offsets alone do not tell: on Kafka the markers that end transactions have some of their own, so
    nothing is behind unless a record can be read.
    """
    found = await bus.read(partition, taken, max_records=1)
    if not found:
        return Behind()
    seconds = max(0.0, now_s - found[0].timestamp_us / 1_000_000)
    return Behind(max(1, await bus.end(partition) - found[0].offset), seconds)


class LagGauges:
    """Sets the gauges of the owned partitions; those of others are not shown."""

    def __init__(self, pipeline: Pipeline, bus: Bus, metrics: Metrics) -> None:
        self._pipeline = pipeline
        self._bus = bus
        self._metrics = metrics

    async def look(self) -> None:
        """Raises `BusError` where the bus does not answer; the gauges then stay as they were."""
        lags = {
            series: await self._lag(*series) for series in TAKEN.allowed if series[0] in self._pipeline.totals
        }
        for series, lag in lags.items():
            self._metrics.gauge("partition_lag_records", *series).set(lag.records)
            self._metrics.gauge("partition_lag_seconds", *series).set(lag.seconds)

    async def _lag(self, service: str, topic: str, number: str) -> Behind:
        partition = Partition(topic, int(number))
        for runner in self._pipeline.of(service):
            taken = runner.next_offsets().get(partition)
            if taken is not None:
                return await behind(self._bus, partition, taken, time.time())
        return Behind()
