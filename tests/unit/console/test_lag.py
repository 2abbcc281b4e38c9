import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.console.addresses import topic_specs
from services.console.run.lag import Behind, LagGauges, behind
from services.console.run.pipeline import Pipeline, Stage
from services.enrich.service import EnrichService
from services.ops.registry import Metrics
from services.stream.bus import Output, Partition
from services.stream.settings import RunSettings
from services.stream.sqlite import SqliteBus

CLUSTERS = Partition("clusters", 2)
NOW_S = 2_000_000.0


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[SqliteBus]:
    bus = SqliteBus(tmp_path / "log.db")
    await bus.start()
    await bus.create(topic_specs(forget=True))
    yield bus
    await bus.close()


async def put(bus: SqliteBus, *ages_s: float, now_s: float = NOW_S) -> None:
    writer = await bus.writer("press", ["clusters"], 2)
    records = [
        Output(CLUSTERS, b"k%d" % n, b"not a cluster", (), round(1_000_000 * (now_s - age)))
        for n, age in enumerate(ages_s)
    ]
    await writer.publish(records, consumed={})


async def test_a_backlog_is_as_old_as_its_first_record_and_as_long_as_its_offsets(bus: SqliteBus) -> None:
    await put(bus, 900.0, 600.0, 30.0)
    assert await behind(bus, CLUSTERS, 1, NOW_S) == Behind(2, 600.0)
    assert await behind(bus, CLUSTERS, 0, NOW_S) == Behind(3, 900.0)


async def test_nothing_to_take_is_no_lag(bus: SqliteBus) -> None:
    assert await behind(bus, CLUSTERS, 0, NOW_S) == Behind()
    await put(bus, 900.0)
    assert await behind(bus, CLUSTERS, 1, NOW_S) == Behind()


async def test_a_record_from_the_future_is_not_ahead_of_time(bus: SqliteBus) -> None:
    await put(bus, -50.0)
    assert await behind(bus, CLUSTERS, 0, NOW_S) == Behind(1, 0.0)


async def test_the_gauges_show_what_a_service_that_is_stopped_short_leaves_behind(
    bus: SqliteBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = Metrics()
    pipeline = Pipeline(bus, [Stage(EnrichService())], RunSettings(), metrics)
    gauges = LagGauges(pipeline, bus, metrics)
    records = metrics.gauge("partition_lag_records", "enrich", "clusters", "2")
    seconds = metrics.gauge("partition_lag_seconds", "enrich", "clusters", "2")
    async with asyncio.timeout(10), pipeline.running(asyncio.Event()) as running:
        while not await running.wait_until_settled():
            pass
        await gauges.look()
        assert records._value.get() == 0
        (runner,) = pipeline.runners
        lane = runner._lanes[2]
        monkeypatch.setattr(lane, "offer", len)  # fetched, and never handed over
        await put(bus, 40.0, 20.0, now_s=time.time())
        await gauges.look()
        assert records._value.get() == 2
        assert 40 <= seconds._value.get() < 50
