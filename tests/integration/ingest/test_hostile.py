"""Servers that mean harm, polled and followed as any feed is, on real sockets with small budgets.

Each ends with its reason within its budget; together they hold up nobody else. What one fetch endures stands
in `test_fetch.py`, what a document may hold in `test_parse.py`.
"""

import asyncio
import resource
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from ipaddress import ip_network

import brotli
import pytest
from backports import zstd

from services.ingest.http.fetch import Fetcher, FetchLimits
from services.ingest.polling.live import Conduct, HttpFeeder, LiveSettings
from services.ingest.polling.robots import FILE_BYTES, Robots
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.stream.clock import ManualClock, SystemClock
from tests.integration.ingest.newsroom import articles, once, only, page, rss, subscribed
from tests.integration.ingest.site import Misbehave, Reply, Site, answer
from tests.kafka.certificates import Authority
from tests.kafka.jars import Unavailable
from tests.unit.ingest.readings import START

CAP = 1 << 20
LIMITS = FetchLimits(wire_bytes=CAP, decoded_bytes=CAP, total_s=0.6, read_s=0.3, connect_s=0.3)
DEADLINE_S = 2.0
BUDGET_S = 5.0
"""Of a busy machine; alone each is done in less than one."""
LOCAL = ip_network("127.0.0.0/8")
OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
BLANK = bytes(64 << 20)


@pytest.fixture
async def strict() -> AsyncIterator[Fetcher]:
    async with Fetcher(allow=[LOCAL], limits=LIMITS) as running:
        yield running


def drip(first: bytes, piece: bytes, every_s: float = 0.05) -> Misbehave:
    async def misbehave(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    return misbehave


def flood(first: bytes) -> Misbehave:
    return drip(first, b"<item/>" * 9_000, 0.0)


def packed(body: bytes, coding: str) -> bytes:
    return answer(body, content_type="text/xml", Content_Encoding=coding)


def feed_of(inside: bytes) -> bytes:
    return answer(b"<rss version='2.0'><channel><title>Paper</title>" + inside + b"</channel></rss>")


def nested_entities() -> bytes:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(9))
    return b"<!DOCTYPE rss [<!ENTITY e0 'lol'>" + entities + b"]>"


ZSTD_BOMB = zstd.compress(BLANK, 1)
NESTED = "20,000 nested tags"
SLOW = (0, 1)
"""Of what follows, those that are given up when their time is over."""
HOSTILE: dict[str, tuple[Reply, str]] = {
    "a slow loris": (drip(b"HTTP/1.1 200", b" "), "timeout"),
    "a byte a second, as it feels to a small budget": (
        drip(OPEN + b"Content-Length: 999\r\n\r\n", b"x"),
        "timeout",
    ),
    "a body without end": (flood(OPEN + b"\r\n<rss><channel>"), "too_large"),
    "a length that lies": (OPEN + b"Content-Length: 9\r\nContent-Length: 99\r\n\r\n<rss/>", "protocol"),
    "redirects in a circle": (answer(status="302 Found", Location="/x"), "redirect"),
    "a redirect inside": (
        answer(status="302 Found", Location="http://10.0.0.1/"),
        "blocked_address",
    ),
    "a gzip bomb": (packed(zlib.compress(BLANK, 9, 31), "gzip"), "bomb"),
    "a deflate bomb": (packed(zlib.compress(BLANK, 9), "deflate"), "bomb"),
    "a br bomb": (packed(brotli.compress(BLANK, quality=1), "br"), "bomb"),
    "a zstd bomb": (packed(ZSTD_BOMB, "zstd"), "bomb"),
    "a bomb in two codings": (packed(zlib.compress(ZSTD_BOMB, 9, 31), "zstd, gzip"), "bomb"),
    NESTED: (
        answer(b"<rss>" * 20_000, content_type="text/xml"),
        "too_deep|incomplete|not_a_feed",
    ),
    "a pause without end": (answer(status="429 Slow Down", Retry_After="9" * 30), "http_429"),
}


@pytest.mark.parametrize(("reply", "slugs"), HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_feed_is_marked_with_its_reason_within_its_budget(
    site: Site, strict: Fetcher, reply: Reply, slugs: str
) -> None:
    site.routes["/x"] = reply
    task = subscribed(site.url("/x"))
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    await once(task, strict)
    assert only(task).reason.partition(":")[0] in slugs.split("|"), only(task).reason
    assert time.monotonic() - started < BUDGET_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2 * (CAP >> 10) + 8_192, "kilobytes"


def item(field: bytes, content: bytes) -> bytes:
    return b"<item><title>t</title><%s>%s</%s></item>" % (field, content, field)


QUADRATIC = {
    "entities in entities": (nested_entities(), b"<item><title>&e9;</title></item>"),
    "comments in a description": (
        b"",
        b"<item><description>" + b"&lt;!--" * 100_000 + b"</description></item>",
    ),
    "brackets in an author": (b"", item(b"author", b"(" * 99_000)),
    "open tags in a description": (
        b"",
        b"<item><description>" + b"&lt;a " * 99_000 + b"</description></item>",
    ),
    "a million items, as far as the cap lets them": (b"", b"<item/>" * ((CAP - 999) // 7)),
}


async def test_documents_made_to_stall_parsers_are_read_or_refused_within_their_budget(
    site: Site, strict: Fetcher
) -> None:
    for number, (head, inside) in enumerate(QUADRATIC.values()):
        whole = head + b"<rss version='2.0'><channel><title>Paper</title>" + inside + b"</channel></rss>"
        site.routes[f"/{number}"] = answer(whole, content_type="text/xml")
    task = subscribed(*map(site.url, site.routes))
    async with Pool(1, deadlines_s={"feed": DEADLINE_S, "page": DEADLINE_S}) as pool:
        for worker in pool._workers:
            await worker._get_ready("feed")
        started = time.monotonic()
        await followed(task, strict, pool)
    assert time.monotonic() - started < BUDGET_S + DEADLINE_S * len(QUADRATIC)
    for state in task.states.values():
        assert state.polls[0].outcome in {"polled", "parse_timeout", "parse_crash"}, state.reason


async def followed(
    task: IngestTask, fetcher: Fetcher, pool: Pool, conduct: Conduct | None = None
) -> dict[str, float]:
    """One round of all feeds; after how many seconds each was answered."""
    feeder = HttpFeeder(task, fetcher, pool, once=True, conduct=conduct)
    answered: dict[str, float] = {}
    started = time.monotonic()
    while (readings := await feeder.next(max_items=100, timeout_s=0.05)) is not None:
        task.take(readings)
        answered |= {
            state.url: time.monotonic() - started
            for state in task.states.values()
            if state.url not in answered
        }
    await feeder.close()
    return answered


async def test_of_a_robots_file_of_500_megabytes_the_beginning_holds(site: Site) -> None:
    site.routes |= {
        "/robots.txt": drip(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 524288000\r\n\r\n",
            b"User-agent: *\nDisallow: /closed\n" * 4_000,
            0.0,
        ),
        "/feed": answer(rss(("/closed/a", "Zu"), ("/open", "Offen"))),
        "/open": page("die Brücke kommt"),
        "/closed/a": page("das nicht"),
    }
    async with Fetcher(allow=[LOCAL]) as fetcher:
        conduct = Conduct(Traffic(Manners()), Robots(fetcher.get, "newsfold", SystemClock()))
        task = subscribed(site.url("/feed"))
        assert [one.url for one in articles(await once(task, fetcher, conduct=conduct))] == [
            site.url("/open")
        ]
    assert not site.asked_for("/closed/a")
    assert FILE_BYTES < 1 << 20


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_a_storm_of_refusals_is_met_with_ever_fewer_questions(
    site: Site, strict: Fetcher, status: str
) -> None:
    paths = [f"/{number}" for number in range(6)]
    site.routes |= {path: answer(status=status) for path in paths}
    task, clock = subscribed(*(site.url(path) for path in paths)), ManualClock(START)
    async with Pool(0) as idle:
        feeder = HttpFeeder(task, strict, idle, settings=LiveSettings(tick_s=3_600), clock=clock)
        asked = []
        for _ in range(4):
            before = len(site.requests)
            for _ in range(60):
                task.take(await feeder.next(max_items=100, timeout_s=0.01) or [])
                await asyncio.sleep(0.001)
                clock.set(clock.now() + timedelta(minutes=3))
            asked.append(len(site.requests) - before)
        await feeder.close()
    assert asked[0] > asked[-1]
    assert asked[-1] <= 2 * len(paths), "three hours"
    assert {state.reason.partition(":")[0] for state in task.states.values()} <= {"http_429", "http_5xx"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    try:
        return Authority(tmp_path_factory.mktemp("tls"), "paper-ca")
    except Unavailable as why:
        pytest.skip(f"no certificate for another name: {why}")


async def _here(_: str) -> Sequence[str]:
    return ["127.0.0.1"]


async def test_a_certificate_for_another_name_is_no_certificate(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.sign("paper"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(rss()))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server, Fetcher(allow=[LOCAL], limits=LIMITS, resolve=_here) as fetcher:
        right = await fetcher.get(f"https://localhost:{port}/", accept="*/*")
        wrong = await fetcher.get(f"https://other.example:{port}/", accept="*/*")
    assert right.outcome == "ok", "the certificate is a good one"
    assert wrong.outcome == "tls"
    assert "other.example" in wrong.reason


async def test_a_connection_within_tls_is_kept_and_carries_long_answers(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.sign("paper"))
    body, connections = b"long " * 100_000, []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(body))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
    async with server, Fetcher(allow=[LOCAL], limits=LIMITS, resolve=_here) as fetcher:
        found = [await fetcher.get(url, accept="*/*") for _ in range(3)]
    assert all(one.body == body for one in found)
    assert len(connections) == 2


async def turns(seconds: list[float]) -> None:
    """CPU time of the loop between two looks, a hundred times a second: its lag on a core of its own."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0.01)
        seconds.append(time.thread_time() - before)


async def test_all_of_them_at_once_hold_up_neither_the_loop_nor_an_honest_feed(strict: Fetcher) -> None:
    async with Site(host="127.0.0.1") as honest, Site(host="127.0.0.2") as hostile:
        honest.routes |= {f"/{number}": answer(rss()) for number in range(5)}
        # What stalls a parser stalls a process of its own: here there is none.
        fetched = [reply for name, (reply, _) in HOSTILE.items() if name != NESTED]
        hostile.routes |= {f"/{number}": reply for number, reply in enumerate(fetched)}
        await once(subscribed(honest.url("/0")), strict)  # loads the parser
        urls = [honest.url(path) for path in honest.routes]
        task = subscribed(*urls, *(hostile.url(path) for path in hostile.routes))
        late: list[float] = []
        watching = asyncio.create_task(turns(late))
        async with Pool(0) as pool:
            answered = await followed(
                task, strict, pool, Conduct(Traffic(Manners(per_host=32, per_domain=64)))
            )
        watching.cancel()
    assert len(answered) == len(urls) + len(fetched)
    given_up = min(answered[hostile.url(f"/{number}")] for number in SLOW)
    assert max(answered[url] for url in urls) < given_up, "honest ones wait for nobody"
    assert sorted(late)[int(0.99 * len(late))] < 0.1
