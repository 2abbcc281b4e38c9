"""Feeds whose hub tells of news (WebSub), with a hub on loopback."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from msgspec.structs import replace

from services.ingest.http.callbacks import CallbackServer, Receipt, Reply
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.hubs import PUSHES_MOST, Hubs, HubSettings
from services.ingest.polling.live import Conduct, HttpFeeder, LiveSettings
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.ops.listener import Listener
from services.stream.bus import Partition, Record
from services.stream.clock import SystemClock
from services.stream.service import Step
from tests.integration.ingest.newsroom import articles, only, page, rss, subscribed
from tests.integration.ingest.site import Site, answer


async def asked(url: str, method: str = "GET", body: bytes = b"", head: str = "") -> tuple[int, bytes]:
    """Status and body of one request; 0 where the server closed without an answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{head}\r\n"
    told = b""
    with suppress(ConnectionError):
        writer.write(lines.encode() + body)
        await writer.drain()
        told = await reader.read()
    writer.close()
    return int(told.split(b" ", 2)[1]) if told else 0, told.partition(b"\r\n\r\n")[2]


class Hub:
    """Accepts every question and verifies it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.verified: list[tuple[int, bytes]] = []
        self._listener = Listener(self._serve, "127.0.0.1", 0)
        self._work: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        return self._listener.port

    async def __aenter__(self) -> Self:
        await self._listener.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listener.__aexit__(kind, error, trace)
        await asyncio.gather(*self._work)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.partition(b"content-length: ")[2].split(b"\r")[0])
        given = parse_qs((await reader.readexactly(size)).decode())
        form = {name: values[0] for name, values in given.items()}
        self.asked.append(form)
        writer.write(answer(status="202 Accepted"))
        await writer.drain()
        writer.close()
        self._work.add(asyncio.create_task(self._verify(form)))

    async def _verify(self, form: dict[str, str]) -> None:
        topic = quote(form["hub.topic"])
        query = f"hub.mode={form['hub.mode']}&hub.topic={topic}&hub.challenge=c4ll&hub.lease_seconds=3600"
        self.verified.append(await asked(f"{form['hub.callback']}?{query}"))

    async def push(self, body: bytes = b"<rss/>", secret: str = "") -> int:
        question = self.asked[0]
        key = (secret or question["hub.secret"]).encode()
        proof = f"X-Hub-Signature: sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}\r\n"
        return (await asked(question["hub.callback"], "POST", body, proof))[0]


class Desk:
    """Stands in until the port is known that hubs are told of."""

    hubs: Hubs

    def verify(self, token: str, query: Mapping[str, str]) -> Reply:
        return self.hubs.verify(token, query)

    def receive(self, token: str, signature: str) -> Receipt | Reply:
        return self.hubs.receive(token, signature)


class Newsroom(NamedTuple):
    """A feeder that asks hubs, driven by hand."""

    task: IngestTask
    feeder: HttpFeeder
    steps: list[Step]

    async def turn(self, times: int = 1) -> None:
        for _ in range(times):
            readings = await self.feeder.next(max_items=100, timeout_s=0.02) or []
            self.steps.append(self.task.take(readings))

    async def until(self, come: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not come():
                await self.turn()

    async def until_lease_is(self, status: str) -> None:
        states = self.task.states
        await self.until(lambda: any(one.push and one.push.status == status for one in states.values()))


class Setting:
    """A hub, a server for it, and a newsroom that follows one feed at `/feed`."""

    def __init__(self, site: Site, fetcher: Fetcher, *items: tuple[str, str]) -> None:
        self.site, self.fetcher, self.items = site, fetcher, items
        self.hub, self.desk = Hub(), Desk()
        self.server = CallbackServer(("127.0.0.1", 0), self.desk)
        self.counts: list[str] = []
        self.pool = Pool(0)

    def list(self, *items: tuple[str, str]) -> None:
        link = f'<http://127.0.0.1:{self.hub.port}/>; rel="hub"'
        self.site.routes["/feed"] = answer(rss(*items), content_type="text/xml", Link=link)

    async def __aenter__(self) -> Newsroom:
        await self.hub.__aenter__()
        await self.server.__aenter__()
        key = b"a key of the installation"
        settings = HubSettings(f"http://127.0.0.1:{self.server.port}/push/", key)
        traffic = Traffic(Manners())
        self.desk.hubs = Hubs(settings, self.fetcher.post, SystemClock(), traffic, self.counts.append)
        self.list(*self.items)
        task = subscribed(self.site.url("/feed"))
        live = LiveSettings(look_s=0.01, leases_s=0.0, tick_s=3_600)
        conduct = Conduct(Traffic(Manners()), hubs=self.desk.hubs)
        feeder = HttpFeeder(task, self.fetcher, self.pool, settings=live, conduct=conduct)
        self.room = Newsroom(task, feeder, [])
        await self.room.until_lease_is("active")
        return self.room

    async def __aexit__(self, *error: object) -> None:
        await self.room.feeder.close()
        await self.server.__aexit__(None, None, None)
        await self.hub.__aexit__(None, None, None)


async def test_a_hub_is_asked_verified_heard_and_left(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.http.callbacks.BODY_BYTES", 100_000)
    site.routes |= {"/a": page("die Brücke kommt"), "/b": page("die Fähre bleibt")}
    setting = Setting(site, fetcher, ("/a", "Eins"))
    async with setting as room:
        hub, (question,) = setting.hub, setting.hub.asked
        assert (question["hub.mode"], question["hub.topic"]) == ("subscribe", site.url("/feed"))
        assert hub.verified == [(200, b"c4ll")]
        await room.until(lambda: len(articles(room.steps)) == 1)

        polls = len(site.asked_for("/feed"))
        setting.list(("/a", "Eins"), ("/b", "Zwei"))
        assert await hub.push(secret="another") == 202, "nobody learns by trying"
        assert await hub.push(b"x" * 100_001) in {0, 413}
        await room.turn(5)
        assert len(site.asked_for("/feed")) == polls
        assert await hub.push() == 202
        await room.until(lambda: len(articles(room.steps)) == 2)
        assert len(site.asked_for("/feed")) == polls + 1

        callback, topic = question["hub.callback"], quote(site.url("/other"))
        assert (await asked(f"{callback}?hub.mode=subscribe&hub.topic={topic}&hub.challenge=c"))[0] == 404
        assert (await asked(f"{callback}0", "POST", b"x"))[0] == 404
        feed_id = only(room.task).feed_id
        room.task.step([Record(Partition("feeds", 0), 1, feed_id.encode(), None, (), 0)])
        await room.until(lambda: len(hub.verified) == 2)
        assert [one["hub.mode"] for one in hub.asked] == ["subscribe", "unsubscribe"]
        assert await hub.push() == 410
    assert set(setting.counts) == {"verified", "unsigned", "taken", "unknown"}


async def test_a_hub_that_floods_costs_one_poll_and_is_turned_away_unread(
    site: Site, fetcher: Fetcher
) -> None:
    setting = Setting(site, fetcher)
    async with setting as room:
        polls = len(site.asked_for("/feed"))
        statuses = [await setting.hub.push() for _ in range(PUSHES_MOST + 20)]
        crowd = await asyncio.gather(*(setting.hub.push(b"x" * 9_999) for _ in range(60)))
        await room.turn(20)
    assert statuses == [202] * PUSHES_MOST + [429] * 20
    assert set(crowd) <= {0, 429, 503}
    assert len(site.asked_for("/feed")) == polls + 1


async def test_the_hub_of_a_paused_feed_is_told_to_stop(site: Site, fetcher: Fetcher) -> None:
    setting = Setting(site, fetcher)
    async with setting as room:
        ((feed_id, feed),) = room.task.feeds.items()
        room.task.feeds[feed_id] = replace(feed, paused=True)
        await room.until_lease_is("offered")
    assert [one["hub.mode"] for one in setting.hub.asked] == ["subscribe", "unsubscribe"]
