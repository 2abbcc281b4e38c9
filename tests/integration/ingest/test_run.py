"""The ingest service in the real run loop, on the log in memory."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.contracts import ids, wire
from services.contracts.articles import Article, Watermark
from services.contracts.feeds import Feed
from services.contracts.topics import FEED_PARTITIONS, SHARD_COUNT, TOPICS
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import HttpFeeder
from services.ingest.readings import Reading
from services.ingest.recordings.archive import Archive
from services.ingest.recordings.replay import ReplayFeeder
from services.ingest.service import IngestService, IngestTask
from services.ingest.workers.pool import Pool
from services.stream.bus import Output, Partition, TopicSpec
from services.stream.memory import MemoryBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from tests.integration.ingest.newsroom import page, rss
from tests.integration.ingest.site import Site, answer

PARTITIONS = {topic.name: topic.partitions for topic in TOPICS}


@pytest.fixture
async def bus() -> AsyncIterator[MemoryBus]:
    memory = MemoryBus()
    await memory.start()
    await memory.create(
        [TopicSpec(name=topic.name, partitions=topic.partitions, compact=topic.compact) for topic in TOPICS]
    )
    yield memory
    await memory.close()


async def run(bus: MemoryBus, service: IngestService, *, dies: asyncio.Event | None = None) -> None:
    """Until everything is taken and published, or until `dies`."""
    async with asyncio.timeout(30), RunnerGroup([Runner(service, bus)], dies) as running:
        await running.wait_until_settled()


async def records(bus: MemoryBus) -> list[Article | Watermark]:
    shards = [
        await bus.read(Partition("articles", shard), 0, max_records=10_000) for shard in range(SHARD_COUNT)
    ]
    found = (wire.read(dict(record.headers), record.value or b"") for shard in shards for record in shard)
    return [one for one in found if isinstance(one, Article | Watermark)]


async def articles(bus: MemoryBus) -> list[Article]:
    return [one for one in await records(bus) if isinstance(one, Article)]


async def subscribe(bus: MemoryBus, urls: Sequence[str]) -> None:
    feeds = [Feed(feed_id=ids.feed_id(url), url=url, source="paper") for url in urls]
    writer = await bus.writer("operators", ["feeds"], 0)
    outputs = [
        Output(Partition("feeds", number % FEED_PARTITIONS), one.feed_id.encode(), wire.encode(one))
        for number, one in enumerate(feeds)
    ]
    await writer.publish(outputs, consumed={})
    await writer.close()


def archive(folder: Path, count: int) -> Path:
    path = folder / "archive.jsonl"
    rows = (
        {
            "url": f"https://www.hafenblatt.example/{number}",
            "source": "hafenblatt",
            "title": f"Meldung {number}",
            "text": "Der Rat von Neuenhafen hat beschlossen.",
            "fetched_at": f"2026-03-02T06:{number // 60:02}:{number % 60:02}Z",
            "language": "de",
        }
        for number in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


async def test_an_archive_becomes_articles_and_one_final_promise(bus: MemoryBus, tmp_path: Path) -> None:
    path = archive(tmp_path, 900)
    await run(bus, IngestService(lambda task, number: replay(task, number, path), origins=1))
    found = await records(bus)
    urls = [one.url for one in found if isinstance(one, Article)]
    assert urls == [f"https://www.hafenblatt.example/{number}" for number in range(900)]
    last = [one.at for one in found if isinstance(one, Watermark)][-1]
    assert last.isoformat() == "2026-03-02T06:14:59+00:00"


def replay(task: IngestTask, number: int, path: Path) -> ReplayFeeder | None:
    return ReplayFeeder(task, [Archive(path)]) if number == 0 else None


async def test_a_replay_that_is_stopped_and_started_again_loses_and_doubles_nothing(
    bus: MemoryBus, tmp_path: Path
) -> None:
    path = archive(tmp_path, 900)

    class Dies(ReplayFeeder):
        """Raises in the middle of a run, as if the process ended there."""

        left = 2

        async def next(self, *, max_items: int, timeout_s: float) -> Sequence[Reading] | None:
            if not self.left:
                raise OSError("gone")
            self.left -= 1
            return await super().next(max_items=min(max_items, 100), timeout_s=timeout_s + 5.0)

    for _ in range(3):
        with pytest.raises(Exception, match="gone"):
            await run(
                bus,
                IngestService(
                    lambda task, number: Dies(task, [Archive(path)]) if number == 0 else None, origins=1
                ),
            )
    await run(bus, IngestService(lambda task, number: replay(task, number, path), origins=1))
    urls = [one.url for one in await articles(bus)]
    assert urls == [f"https://www.hafenblatt.example/{number}" for number in range(900)]


async def test_feeds_are_polled_once_and_not_forgotten_by_a_restart(bus: MemoryBus) -> None:
    async with Site() as site, Fetcher(allow=[ip_network("127.0.0.1/32")]) as fetcher, Pool(0) as pool:
        for number in range(6):
            site.routes[f"/feed{number}"] = answer(rss((f"/{number}", f"Meldung {number}")), ETag='"1"')
            site.routes[f"/{number}"] = page(f"Meldung {number} aus dem Rat")
        await subscribe(bus, [site.url(f"/feed{number}") for number in range(6)])

        def service() -> IngestService:
            return IngestService(
                lambda task, _number: HttpFeeder(task, fetcher, pool, once=True), origins=FEED_PARTITIONS
            )

        await run(bus, service())
        assert sorted(one.url for one in await articles(bus)) == [
            site.url(f"/{number}") for number in range(6)
        ]
        site.routes["/feed3"] = answer(rss(("/3", "Meldung 3"), ("/neu", "Neu")), ETag='"2"')
        site.routes["/neu"] = page("eine neue Meldung")
        await run(bus, service())
        assert len(await articles(bus)) == 7
        assert [request.headers.get("if-none-match") for request in site.asked_for("/feed0")] == [None, '"1"']
        assert len(site.asked_for("/0")) == 1, "its page was fetched before the restart"
