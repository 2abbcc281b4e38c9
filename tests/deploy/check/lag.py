"""Lag as the services tell it, where offsets alone would mislead."""

import asyncio
import time
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.stream.bus import Partition
from tests.deploy.check import topics
from tests.deploy.check.compose import SERVICES, Compose, values
from tests.deploy.check.order import ARTICLES, PREFIX
from tests.deploy.check.site import READY_S, Site
from tests.deploy.check.verdict import demand
from tests.kafka.crew import Crew

RECORDS = "newsfold_partition_lag_records"
SECONDS = "newsfold_partition_lag_seconds"
READERS = ("dedup-1", "dedup-2", "enrich")
WORKERS = ("dedup-1", "dedup-2")
BACKLOG = 2000
LOOK_S = 5.0
"""Within which it must be told."""
SERVED = {"newsfold-dedup": "articles", "newsfold-enrich": "clusters"}


def tells(site: Site) -> str:
    compose = site.installed()
    compose.until(compose.ready, READY_S, "all services are ready")
    log = compose.log(PREFIX)
    topics.settled(log, ARTICLES, 90)
    compose.until(lambda: _most(compose, RECORDS) == 0, 15, "no lag is told after the last record")
    behind = asyncio.run(_behind(log))
    demand(
        behind > 0, "high watermarks are no further than what is committed: there is nothing to be misled by"
    )
    hung = asyncio.run(_with_open_transaction(compose, log))
    records, seconds, after_s = _backlog(site)
    return (
        f"idle 0 (high watermark − committed: {behind}), transaction open 0 (watermark ahead by {hung}); "
        f"a backlog of {records:.0f} records, {seconds:.1f} s old, told {after_s:.1f} s after it was owned"
    )


def _backlog(site: Site) -> tuple[float, float, float]:
    """Articles that nobody folded yet; most records and seconds told, and how soon after they were owned."""
    compose, source = site.compose, site.recording("backlog", BACKLOG, span_s=5.0)
    site.plays("lag.", source)
    compose.remove(*SERVICES, "topics")
    compose.up("topics", "ingest", "enrich")
    log = compose.log("lag.")
    topics.published(log, BACKLOG, 90)
    compose.up(*WORKERS)
    compose.until(lambda: _owned(compose) > 0, READY_S, "a worker owns a partition")
    began, first, records, seconds = time.monotonic(), 0.0, 0.0, 0.0
    while time.monotonic() - began < LOOK_S:
        records, seconds = max(records, _most(compose, RECORDS)), max(seconds, _most(compose, SECONDS))
        first = first or (time.monotonic() - began if records and seconds else 0.0)
        time.sleep(0.1)
    demand(bool(first), f"a backlog was not told within {LOOK_S:g} s: {records:g} records, {seconds:g} s")
    topics.settled(log, BACKLOG, 90)
    compose.until(lambda: _most(compose, RECORDS) == 0, 15, "the lag is gone with the backlog")
    return records, seconds, first


def _owned(compose: Compose) -> float:
    return sum(_values(compose, WORKERS, "newsfold_partitions_owned"))


def _most(compose: Compose, metric: str) -> float:
    return max(_values(compose, READERS, metric), default=0.0)


def _values(compose: Compose, services: Iterable[str], metric: str) -> list[float]:
    pages = (compose.get(service, "/metrics")[1] for service in services)
    return [value for page in pages for value in values(page, metric).values()]


async def _behind(log: Crew) -> int:
    """How far a tool that knows no transactions would take both groups to be behind."""
    total = 0
    async with log.bus() as bus:
        for group, topic in SERVED.items():
            committed = await bus.committed(group, [topic])
            ends = await _high(log, topic, await bus.partitions(topic))
            total += sum(end - committed.get(Partition(topic, number), 0) for number, end in ends.items())
    return total


async def _high(log: Crew, topic: str, partitions: int) -> dict[int, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=log.bootstrap, isolation_level="read_uncommitted")
    await consumer.start()
    try:
        wanted = [TopicPartition(log.prefix + topic, number) for number in range(partitions)]
        return {one.partition: end for one, end in (await consumer.end_offsets(wanted)).items()}
    finally:
        await consumer.stop()


async def _with_open_transaction(compose: Compose, log: Crew) -> int:
    """Records of a transaction that nobody may read yet are no lag; how many there were."""
    before = await _high(log, "articles", 1)
    producer = AIOKafkaProducer(bootstrap_servers=log.bootstrap, transactional_id=f"{log.prefix}hanging")
    await producer.start()
    try:
        await producer.begin_transaction()
        for number in range(5):
            await producer.send_and_wait(log.prefix + "articles", b"%d" % number, partition=0)
        ahead = (await _high(log, "articles", 1))[0] - before[0]
        demand(ahead >= 5, "the open transaction left nothing in the log")
        until = time.monotonic() + LOOK_S
        while time.monotonic() < until:
            most = await asyncio.to_thread(_most, compose, RECORDS)
            demand(most == 0, f"an open transaction is told as a lag of {most:g}")
            await asyncio.sleep(0.5)
        await producer.abort_transaction()
    finally:
        await producer.stop()
    return ahead
