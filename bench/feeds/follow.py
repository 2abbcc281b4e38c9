"""Follows the feeds as `newsfold run ingest` does, with a resolver that knows where all of them are."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple

from bench.feeds import world
from bench.footprint import resident
from services.console import addresses
from services.console.feeds.changes import list_changes
from services.console.feeds.subscriptions import feed_output
from services.console.fetching import conduct_of, fetch_limits
from services.console.run.pipeline import Pipeline, Stage
from services.console.scan import is_a, scan_partition
from services.console.tuning import tuned
from services.contracts import wire
from services.contracts.feeds import Feed, FeedMark
from services.contracts.topics import FEED_PARTITIONS
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import HttpFeeder, LiveSettings
from services.ingest.polling.rhythm import PollBounds
from services.ingest.service import IngestService
from services.ingest.workers.pool import Pool
from services.ops.fetching import FetchMetrics
from services.ops.registry import Metrics
from services.ops.settings import IngestSettings
from services.stream.bus import Bus, Output, Partition
from services.stream.settings import RunSettings
from services.stream.sqlite import SqliteBus

QUARTERS = 4
LOOK_S = 0.05
"""How often it is looked how late the loop is."""
BLOCK = 5_000
WARM_S = 5.0
"""From the first poll to the first that counts: by then everything is loaded that will be."""
RESTORED_A_S = 1_000
"""About so many states are written and read back by the time that the first feed is due."""


class Stretch(NamedTuple):
    """A quarter of the time measured."""

    polls: int
    seconds: float
    cpu_s: float
    delay_p95_s: float
    resident: int
    lag_p99_s: float


class Following(NamedTuple):
    """What following the feeds came to."""

    stretches: list[Stretch]
    began: float
    """By the machine's own clock."""
    feeds: int
    empty: int
    """Resident bytes before the first feed."""
    mark_bytes: list[int]
    """Of each record that an unchanged poll wrote: key, value and headers."""
    written: int
    """Bytes of all records of the time."""


class _Told(FetchMetrics):
    """Keeps how late each poll began."""

    def __init__(self) -> None:
        super().__init__(Metrics(["ingest"]))
        self.delays: list[float] = []

    def count_poll(self, delay_s: float) -> None:
        super().count_poll(delay_s)
        self.delays.append(max(0.0, delay_s))


async def follow(folder: Path, port: int, *, count: int, seconds: float, each_s: float) -> Following:
    """Each feed is polled about every `each_s` seconds."""
    bus = SqliteBus(folder / "newsfold.db")
    await bus.start()
    try:
        await bus.create(addresses.topic_specs(forget=True))
        await _seed(bus, list(world.feeds(count, port)), each_s)
        tuned()
        empty, told = resident(), _Told()
        async with _running(bus, told, each_s):
            await asyncio.sleep(WARM_S)
            ends = await _ends(bus)
            began = time.monotonic()
            stretches = [await _stretch(told, seconds / QUARTERS) for _ in range(QUARTERS)]
            marks, written = await _written(bus, ends)
        return Following(stretches, began, count, empty, marks, written)
    finally:
        await bus.close()


async def _seed(bus: Bus, feeds: Sequence[Feed], each_s: float) -> None:
    """All are known, and due one after the other from the time on by which they will be restored."""
    now = datetime.now(UTC)
    states: dict[int, list[Output]] = {number: [] for number in range(FEED_PARTITIONS)}
    listed: list[Output] = []
    for number, change in enumerate(list_changes(feeds, ())):
        feed = change.after
        assert feed
        due_at = now + timedelta(seconds=len(feeds) / RESTORED_A_S + each_s * number / len(feeds))
        state = world.state_of(feed, now, due_at)
        headers = wire.headers(state, id=feed.feed_id, source="ingest", time=now)
        partition = Partition("feed-state", change.number)
        states[change.number].append(Output(partition, feed.feed_id.encode(), wire.encode(state), headers))
        listed.append(feed_output(feed, Partition("feeds", change.number)))
    for number, outputs in states.items():
        await _publish(bus, outputs, number)
    await _publish(bus, listed, 0)


async def _publish(bus: Bus, outputs: Sequence[Output], number: int) -> None:
    writer = await bus.writer("newsfold-ingest", ["feeds"], number)
    for first in range(0, len(outputs), BLOCK):
        await writer.publish(outputs[first : first + BLOCK], consumed={})
    await writer.close()


async def _resolve(_: str) -> Sequence[str]:
    return ["127.0.0.1"]


@asynccontextmanager
async def _running(bus: Bus, told: _Told, each_s: float) -> AsyncIterator[None]:
    """Ingest, from when all is restored."""
    settings = IngestSettings(allow_net=("127.0.0.0/8",), tick_s=5.0)
    bounds = PollBounds(default_s=each_s, shortest_s=each_s, longest_s=each_s)
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(
            Fetcher(allow=[ip_network("127.0.0.0/8")], limits=fetch_limits(settings), resolve=_resolve)
        )
        pool = await stack.enter_async_context(Pool(settings.parsers))
        conduct = conduct_of(settings, fetcher, told)
        live = LiveSettings(in_flight=settings.in_flight, tick_s=settings.tick_s)
        service = IngestService(
            lambda task, _: HttpFeeder(task, fetcher, pool, settings=live, fetches=told, conduct=conduct),
            origins=FEED_PARTITIONS,
            bounds=bounds,
        )
        pipeline = Pipeline(bus, [Stage(service)], RunSettings(), Metrics(["ingest"]))
        async with pipeline.running(asyncio.Event()):
            while not told.delays:  # noqa: ASYNC110 - there is nothing to wait for but the first poll
                await asyncio.sleep(LOOK_S)
            yield


async def _stretch(told: _Told, seconds: float) -> Stretch:
    first, began, cpu = len(told.delays), time.monotonic(), time.process_time()
    lags: list[float] = []
    while time.monotonic() - began < seconds:
        asleep = time.monotonic()
        await asyncio.sleep(LOOK_S)
        lags.append(time.monotonic() - asleep - LOOK_S)
    delays = told.delays[first:]
    passed, spent = time.monotonic() - began, time.process_time() - cpu
    return Stretch(len(delays), passed, spent, share(delays, 0.95), resident(), share(lags, 0.99))


def share(values: Sequence[float], part: float) -> float:
    """The value that so many are not above; 0 of none."""
    return sorted(values)[min(len(values) - 1, math.floor(part * len(values)))] if values else 0.0


async def _ends(bus: Bus) -> dict[Partition, int]:
    topics = ("feed-state", "articles")
    places = [Partition(topic, number) for topic in topics for number in range(await bus.partitions(topic))]
    return {partition: await bus.end(partition) for partition in places}


async def _written(bus: Bus, since: dict[Partition, int]) -> tuple[list[int], int]:
    """Bytes of each mark, and of all records, from those offsets on."""
    marks, total = [], 0
    for partition, start in since.items():
        async for record in scan_partition(bus, partition, start):
            headers = sum(len(name) + len(value) for name, value in record.headers)
            size = len(record.key or b"") + len(record.value or b"") + headers
            total += size
            if is_a(record, FeedMark):
                marks.append(size)
    return marks, total
