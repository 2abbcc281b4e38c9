import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.console.addresses import bus_at, parse, topic_specs
from services.console.feeds.subscriptions import publish_feeds
from services.console.run.pipeline import Pipeline, Stage
from services.console.run.watch import Watch
from services.contracts import ids
from services.contracts.feeds import Feed
from services.contracts.topics import DAY_S, FEED_PARTITIONS, TOPICS, WITH_SPREAD, Topic
from services.enrich.service import EnrichService
from services.ingest.service import IngestService
from services.ops.config import Settings
from services.ops.health import Health
from services.ops.registry import Metrics
from services.ops.settings import BusSettings
from services.stream.bus import Bus, Output, Partition, Record, Retry
from services.stream.memory import MemoryBus
from services.stream.settings import RunSettings
from services.stream.sqlite import SqliteBus
from tests.unit.console.followed import remember, state

EVENTS = Partition("events", 0)
KEYS = 40
URL = "https://paper.example/rss"
GONE = "https://paper.example/gone"


class Unfed:
    """Brings nothing, for ever."""

    async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Any]:  # noqa: ARG002 - the port says so
        await asyncio.sleep(timeout_s)
        return []

    async def close(self) -> None: ...


async def test_readiness_feeds_and_sizes_are_read_off_a_running_log(tmp_path: Path) -> None:
    address = parse(f"sqlite:{tmp_path / 'log.db'}")
    bus = bus_at(address)
    await bus.start()
    try:
        await bus.create(topic_specs(forget=True))
        keys = [
            Feed(feed_id=ids.feed_id(url), url=url, source="paper", priority="key") for url in (URL, GONE)
        ]
        assert len(await publish_feeds(bus, keys)) == 2
        await remember(bus, state(GONE, status="gone", reason="http_410"))
        metrics, health = Metrics(), Health({"enrich": "not started"}, stall_s=30)
        unfed = IngestService(lambda _, __: Unfed(), origins=FEED_PARTITIONS)
        pipeline = Pipeline(bus, [Stage(unfed), Stage(EnrichService())], RunSettings(), metrics)
        watch = Watch(pipeline, bus, address, health, metrics)
        async with pipeline.running(asyncio.Event()):
            watching = asyncio.create_task(watch.run())
            async with asyncio.timeout(10):
                while not health.readiness()[0]:  # noqa: ASYNC110 - a probe asks, it is not told
                    await asyncio.sleep(0.05)
            watching.cancel()
        await watch.compact()
        text = b"".join(metrics.exposition()).decode()
    finally:
        await bus.close()
    assert 'newsfold_feeds{state="unpolled"} 1.0' in text
    assert "newsfold_silent_key_feeds 1.0" in text
    assert 'newsfold_ready{service="enrich"} 1.0' in text
    assert "newsfold_log_bytes 0.0" not in text
    assert health.liveness()[0]


async def test_a_service_that_polls_nothing_looks_at_no_feeds_for_it_may_not_read_them() -> None:
    class Closed(MemoryBus):
        async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
            assert partition.topic not in {"feeds", "feed-state"}
            return await super().read(partition, start, max_records=max_records)

    bus = Closed()
    await bus.create(topic_specs(forget=True))
    pipeline = Pipeline(bus, [Stage(EnrichService())], RunSettings(), Metrics())
    watch = Watch(pipeline, bus, parse("memory"), Health({}, stall_s=30), pipeline.totals["enrich"].metrics)
    await watch.look()


async def test_the_fullest_inbox_of_a_service_is_its_depth() -> None:
    bus, metrics = MemoryBus(), Metrics()
    await bus.create(topic_specs(forget=True))
    pipeline = Pipeline(bus, [Stage(EnrichService(), 2)], RunSettings(), metrics)
    watch = Watch(pipeline, bus, parse("memory"), Health({}, stall_s=30), metrics)
    depth = metrics.gauge("queue_depth", "enrich", "inbox")
    async with pipeline.running(asyncio.Event()) as running:
        await running.wait_until_settled()
        await watch.queues()
        assert depth._value.get() == 0
        for runner, length in zip(pipeline.runners, (3, 5), strict=True):
            lane = next(iter(runner._lanes.values()))
            lane.inbox._records.extend([(None, 7)] * length)  # type: ignore[list-item]
        await watch.queues()
        assert depth._value.get() == 5
        for runner in pipeline.runners:
            next(iter(runner._lanes.values())).inbox._records.clear()


async def test_upkeep_that_fails_is_counted_once() -> None:
    class Away(MemoryBus):
        async def compact(self, topic: str) -> None:
            raise Retry(f"nobody answers for {topic}")

    bus, metrics = Away(), Metrics()
    await bus.create(topic_specs(forget=True))
    pipeline = Pipeline(bus, [Stage(EnrichService())], RunSettings(), metrics)
    settings = Settings(bus=BusSettings(compact_every_s=1))
    watch = Watch(pipeline, bus, parse("memory"), Health({}, stall_s=30), metrics, settings=settings)
    watching = asyncio.create_task(watch.run())
    await asyncio.sleep(1.5)
    watching.cancel()
    assert metrics.counter("errors_total", "enrich", "upkeep", "retry")._value.get() == 1


async def test_the_log_is_compacted_on_time_while_records_flow(tmp_path: Path) -> None:
    address = parse(f"sqlite:{tmp_path / 'log.db'}")
    bus = bus_at(address)
    await bus.start()
    try:
        await bus.create(topic_specs(forget=True))
        metrics, health = Metrics(), Health({}, stall_s=30)
        pipeline = Pipeline(bus, [Stage(EnrichService())], RunSettings(), metrics)
        settings = Settings(bus=BusSettings(compact_every_s=1))
        watching = asyncio.create_task(
            Watch(pipeline, bus, address, health, metrics, settings=settings).run()
        )
        slowest = await _flow(bus, seconds=2.5)
        watching.cancel()
        kept = await bus.read(EVENTS, 0, max_records=100_000)
        end = await bus.end(EVENTS)
    finally:
        await bus.close()
    assert len(kept) < end / 2, "nothing was forgotten"
    assert {record.key for record in kept} == {b"event-%d" % n for n in range(KEYS)}
    assert kept[-1].offset == end - 1
    assert slowest < 1.0


async def _flow(bus: Bus, *, seconds: float) -> float:
    """Publish a few keys again and again; the longest a publish took."""
    writer = await bus.writer("press", ["events"], 0)
    slowest, ends = 0.0, time.monotonic() + seconds
    while (began := time.monotonic()) < ends:
        records = [Output(EVENTS, b"event-%d" % n, b"v" * 200, (), 1_000) for n in range(KEYS)]
        await writer.publish(records, consumed={})
        slowest = max(slowest, time.monotonic() - began)
        await asyncio.sleep(0.005)
    return slowest


@pytest.mark.parametrize("topics", [TOPICS, WITH_SPREAD], ids=["one dedup", "spread"])
async def test_every_topic_that_a_log_has_is_kept_and_no_other_is_made(
    tmp_path: Path, topics: Sequence[Topic]
) -> None:
    address = parse(f"sqlite:{tmp_path / 'log.db'}")
    bus = bus_at(address)
    await bus.start()
    try:
        await bus.create(topic_specs(forget=True, topics=topics))
        for topic in topics:
            await _write_old_and_new(bus, Partition(topic.name, topic.partitions - 1))
        pipeline, metrics = Pipeline(bus, [Stage(EnrichService())], RunSettings(), Metrics()), Metrics()
        watch = Watch(pipeline, bus, address, Health({}, stall_s=30), metrics)
        await watch.compact()
        kept = {
            topic.name: len(await bus.read(Partition(topic.name, topic.partitions - 1), 0, max_records=9))
            for topic in topics
        }
        assert isinstance(bus, SqliteBus)
        there = set(bus.topics())
    finally:
        await bus.close()
    assert kept == {topic.name: 1 for topic in topics}
    assert there == kept.keys()


async def _write_old_and_new(bus: Bus, partition: Partition) -> None:
    """Two records of one key: the first of two months ago."""
    writer = await bus.writer("press", [partition.topic], partition.number)
    old_us = int((time.time() - 60 * DAY_S) * 1_000_000)
    await writer.publish([Output(partition, b"k", b"old", (), old_us)], consumed={})
    await writer.publish([Output(partition, b"k", b"new")], consumed={})
