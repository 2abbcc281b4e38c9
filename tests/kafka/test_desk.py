"""The Desk on a Kafka that goes away and comes back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from services.console.addresses import topic_specs
from services.desk.desk import Desk
from services.ops.settings import DeskSettings
from services.stream.bus import Output
from services.stream.kafka import KafkaBus
from tests.integration.desk.corpus import START, newsroom
from tests.kafka.broker import Cluster
from tests.kafka.conftest import Name
from tests.kafka.log import QUICK

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]
WITHIN_S = 90


async def until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not wanted():  # noqa: ASYNC110 - nothing rings
            await asyncio.sleep(0.05)


async def publish(bus: KafkaBus, keys: set[bytes]) -> None:
    """The records of some stories, or all but those."""
    writer = await bus.writer("test", ["clusters"], 0)
    outputs = [
        Output(one.partition, one.key, one.value, one.headers, one.timestamp_us)
        for one in newsroom()
        if one.key in keys
    ]
    await writer.publish(outputs, consumed={})
    await writer.close()


@pytest.mark.proof
async def test_a_broker_that_is_killed_and_started_again_is_read_on(
    fresh_cluster: Cluster, tmp_path: Path, name: Name
) -> None:
    cluster, prefix = fresh_cluster, f"{name('desk')}."
    (node,) = cluster.nodes
    bus = KafkaBus(cluster.bootstrap, prefix=prefix, bounds=QUICK)
    await bus.start()
    await bus.create(topic_specs(forget=False))
    await publish(bus, {b"article-a", b"article-b", b"s1"})
    stop = asyncio.Event()
    settings = DeskSettings(listen="127.0.0.1:0")
    async with Desk(bus, settings, tmp_path / "desk.db", now=lambda: START) as desk:
        running = asyncio.create_task(desk.run(stop))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{desk.port}", timeout=30) as client:
            await until(lambda: desk.progress.caught_up)
            await asyncio.to_thread(node.kill)
            await until(lambda: bool(desk.missing))
            away = (await client.get("/front.json")).json()
            assert "does not answer" in away["frame"]["notice"]
            assert [row["story_id"] for row in away["view"]["rows"]] == ["s1"]

            await asyncio.to_thread(cluster.start)
            await until(lambda: not desk.missing)
            await publish(bus, {b"article-d", b"s2"})
            told: list[str] = []
            async with asyncio.timeout(WITHIN_S):
                while told != ["s1", "s2"]:
                    rows = (await client.get("/front.json")).json()["view"]["rows"]
                    told = sorted(row["story_id"] for row in rows)
                    await asyncio.sleep(0.1)
            assert not (await client.get("/front.json")).json()["frame"]["notice"]
        stop.set()
        await running
    await bus.close()
