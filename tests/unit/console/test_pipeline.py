"""What a process makes of its own standing still, and of a bus that does not answer."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from services.console.run.pipeline import Pipeline, Stage
from services.ops.registry import Metrics
from services.stream.bus import Fenced, Partition, Record
from services.stream.memory import MemoryBus
from services.stream.settings import RunSettings
from tests.unit.stream import toys

SESSION_S = 1.0


class SlowBus(MemoryBus):
    """Every read waits longer than a session lasts, as one does while a broker is away."""

    slow_s = 0.0

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        await asyncio.sleep(self.slow_s)
        return await super().read(partition, start, max_records=max_records)


async def pipeline(bus: MemoryBus) -> Pipeline:
    await toys.topics(bus)
    service = toys.CountService()
    service.name = "enrich"
    return Pipeline(bus, [Stage(service)], RunSettings(group="g"), Metrics(), session_s=SESSION_S)


async def test_a_bus_that_takes_its_time_is_no_process_that_stands_still() -> None:
    bus = SlowBus()
    piped = await pipeline(bus)
    async with piped.running(asyncio.Event()) as running:
        await toys.until(lambda: piped.runners[0].ready() and piped.totals["enrich"].owned())
        bus.slow_s = 2 * SESSION_S
        idle = asyncio.create_task(piped.idle(running))
        await asyncio.sleep(1.5 * SESSION_S)
        assert not idle.done()
        bus.slow_s = 0.0
        assert await idle


@pytest.mark.parametrize("way", ["idle", "stopped"])
async def test_a_process_that_stood_still_for_longer_than_its_session_says_so(way: str) -> None:
    piped = await pipeline(MemoryBus())
    async with piped.running(asyncio.Event()) as running:
        waiting = asyncio.create_task(getattr(piped, way)(running))
        await asyncio.sleep(0.1)
        time.sleep(1.2 * SESSION_S)  # noqa: ASYNC251 - that the loop stands still is what is tested
        with pytest.raises(Fenced, match=r"stood still for \d+ s, longer than its session of 1 s"):
            await waiting
