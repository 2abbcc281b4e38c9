import asyncio
from pathlib import Path

from services.console.addresses import bus_at, parse, topic_specs
from services.console.feeds import publish_feeds
from services.console.pipeline import Pipeline, Stage
from services.console.watch import Watch
from services.contracts import ids
from services.contracts.feeds import Feed
from services.enrich.service import EnrichService
from services.ops.health import Health
from services.ops.metrics import Metrics
from services.stream.settings import RunSettings

URL = "https://paper.example/rss"


async def test_readiness_feeds_and_sizes_are_read_off_a_running_log(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    bus = bus_at(parse(f"sqlite:{file}"))
    await bus.start()
    try:
        await bus.create(topic_specs(forget=True))
        assert await publish_feeds(bus, [Feed(feed_id=ids.feed_id(URL), url=URL, source="paper")]) == 1
        metrics, health = Metrics(), Health({"enrich": "not started"}, stall_s=30)
        pipeline = Pipeline(bus, [Stage(EnrichService())], RunSettings(), metrics)
        watch = Watch(pipeline, bus, file, health, metrics)
        async with pipeline.running(asyncio.Event()):
            watching = asyncio.create_task(watch.run())
            async with asyncio.timeout(10):
                while not health.readiness()[0]:  # noqa: ASYNC110 - a probe asks, it is not told
                    await asyncio.sleep(0.05)
            watching.cancel()
        await watch.compact()
        text = metrics.exposition().decode()
    finally:
        await bus.close()
    assert 'newsfold_feeds{state="unpolled"} 1.0' in text
    assert 'newsfold_ready{service="enrich"} 1.0' in text
    assert "newsfold_log_bytes 0.0" not in text
    assert health.liveness()[0]
