"""The fetcher against servers that misbehave. Every case must end within its budget."""

import asyncio
import gzip
import resource
import time
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network

import pytest

from services.ingest.http.exchange import Exchange
from services.ingest.http.fetch import ACCEPT_FEED, Fetcher, FetchLimits
from services.ingest.http.guard import Network
from services.ops.listener import Listener
from tests.integration.ingest.site import Request, Site, answer

ONLY_ONE = [ip_network("127.0.0.1/32")]
LIMITS = FetchLimits(wire_bytes=1 << 20, decoded_bytes=1 << 20, total_s=1.0, read_s=0.6, connect_s=0.5)
BUDGET_S = 1.5


async def get(
    url: str,
    *,
    allow: Sequence[Network] = ONLY_ONE,
    etag: str = "",
    last_modified: str = "",
    cut_at: int = 0,
) -> Exchange:
    async with Fetcher(allow=allow, limits=LIMITS) as fetcher:
        return await fetcher.get(
            url, accept=ACCEPT_FEED, etag=etag, last_modified=last_modified, cut_at=cut_at
        )


async def test_of_a_body_without_end_the_beginning_is_enough_where_no_more_is_wanted(site: Site) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 500000000\r\n\r\n")
        while True:
            writer.write(b"User-agent: *\nDisallow: /private\n" * 1_000)
            await writer.drain()

    site.routes["/robots.txt"] = endless
    found = await get(site.url("/robots.txt"), cut_at=10_000)
    assert (found.outcome, len(found.body)) == ("ok", 10_000)


async def test_a_body_comes_with_what_its_headers_say(site: Site) -> None:
    site.routes["/a"] = answer(
        b"<rss/>",
        content_type="text/xml; charset=utf-8",
        ETag='W/"1"',
        Last_Modified="then",
        Cache_Control="max-age=60",
    )
    found = await get(site.url("/a"))
    assert (found.outcome, found.body, found.content_type) == ("ok", b"<rss/>", "text/xml; charset=utf-8")
    assert (found.etag, found.last_modified, found.max_age_s, found.wire_bytes) == ('W/"1"', "then", 60, 6)


async def test_validators_are_echoed_exactly_and_an_encoding_is_asked_for(site: Site) -> None:
    site.routes["/a"] = answer(status="304 Not Modified")
    found = await get(site.url("/a"), etag='W/"odd, tag"', last_modified="Sun, 99 Foo 2041")
    assert found.outcome == "not_modified"
    headers = site.requests[0].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('W/"odd, tag"', "Sun, 99 Foo 2041")
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("403 Forbidden", "http_403"),
        ("404 Not Found", "http_404"),
        ("410 Gone", "http_410"),
        ("429 Too Many", "http_429"),
        ("418 Teapot", "http_4xx"),
        ("503 Busy", "http_5xx"),
        ("302 Found", "redirect"),
        ("299 Fine", "ok"),
    ],
)
async def test_a_status_is_an_outcome(site: Site, status: str, outcome: str) -> None:
    site.routes["/a"] = answer(b"text", status=status)
    assert (await get(site.url("/a"))).outcome == outcome


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Mon, 02 Mar 2026 07:00:00 GMT", 3_600), ("soon", 0), ("-5", 0), ("9" * 40, 10**8)],
)
async def test_retry_after_is_seconds_or_a_date_by_the_servers_own_clock(
    site: Site, value: str, seconds: int
) -> None:
    date = "Mon, 02 Mar 2026 06:00:00 GMT"
    site.routes["/a"] = answer(status="503 Busy", Retry_After=value, Date=date)
    assert (await get(site.url("/a"))).retry_after_s == seconds


async def test_gzip_is_undone_and_counted_as_it_came(site: Site) -> None:
    packed = gzip.compress(b"words " * 9_999)
    site.routes["/a"] = answer(packed, Content_Encoding="gzip")
    found = await get(site.url("/a"))
    assert (found.outcome, found.body, found.wire_bytes) == ("ok", b"words " * 9_999, len(packed))


@pytest.mark.parametrize("reply", [b"HTTP/1.1 304 Not Modified\r\n\r\n", answer(), answer(b"<rss/>")])
async def test_a_connection_is_kept_for_the_next_request(site: Site, reply: bytes) -> None:
    site.routes["/a"] = reply
    async with Fetcher(allow=ONLY_ONE, limits=LIMITS) as fetcher:
        first, second = [await fetcher.get(site.url("/a"), accept=ACCEPT_FEED) for _ in range(2)]
    assert first == second
    assert (len(site.requests), site.connections) == (2, 1)


async def test_what_a_kept_connection_was_closed_for_is_asked_once_more_and_never_posted_twice() -> None:
    asked: list[bytes] = []

    async def one_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n"))[:4])
        writer.write(answer())
        asked.append((await reader.readuntil(b"\r\n\r\n"))[:4])

    async with (
        Listener(one_answer, "127.0.0.1", 0) as server,
        Fetcher(allow=ONLY_ONE, limits=LIMITS) as fetcher,
    ):
        url = f"http://127.0.0.1:{server.port}/"
        outcomes = [(await fetcher.get(url, accept="*/*")).outcome for _ in range(2)]
        posted = await fetcher.post(url, b"x")
    assert (outcomes, posted.outcome) == (["ok", "ok"], "protocol")
    assert asked == [b"GET ", b"GET ", b"GET ", b"POST"]


async def test_redirects_are_followed_and_the_last_address_is_told(site: Site) -> None:
    site.routes["/a"] = answer(status="301 Moved", Location="b#part")
    site.routes["/b"] = answer(status="308 Moved", Location=site.url("/c"))
    site.routes["/c"] = answer(b"here")
    found = await get(site.url("/a"))
    assert (found.outcome, found.url, found.final_url) == ("ok", site.url("/a"), site.url("/c"))


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def half_a_gigabyte(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 524288000\r\n\r\n")
    for _ in range(8_000):
        writer.write(b"x" * 65_536)
        await writer.drain()


async def one_byte_at_a_time(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def headers_without_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Padding: " + b"x" * 9_000 + b"\r\n")
        await writer.drain()


async def slow_headers(writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" * 99:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def less_than_announced(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nonly this")
    await writer.drain()
    writer.close()


async def slammed_door(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


BOMB = gzip.compress(bytes(300 << 20), compresslevel=9)

HOSTILE = {
    "a body without end": (endless, {"too_large"}),
    "500 MB, announced": (half_a_gigabyte, {"too_large"}),
    "one byte at a time": (one_byte_at_a_time, {"timeout"}),
    "headers without end": (headers_without_end, {"protocol"}),
    "headers byte by byte": (slow_headers, {"timeout"}),
    "silence": (silence, {"timeout"}),
    "less than announced": (less_than_announced, {"truncated"}),
    "a slammed door": (slammed_door, {"protocol"}),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", {"protocol"}),
    "a status that is none": (b"HTTP/1.1 abc\r\n\r\n", {"protocol"}),
    "a gzip bomb": (answer(BOMB, Content_Encoding="gzip"), {"bomb"}),
    "a stacked gzip bomb": (answer(gzip.compress(BOMB), Content_Encoding="gzip, gzip"), {"bomb"}),
    "a coding nobody asked for": (answer(b"x", Content_Encoding="compress"), {"encoding"}),
    "codings without end": (answer(b"x", Content_Encoding="gzip, br, gzip"), {"encoding"}),
    "damaged gzip": (answer(b"\x1f\x8b" + b"x" * 99, Content_Encoding="gzip"), {"encoding"}),
    "a redirect to itself": (answer(status="302 Found", Location="/x"), {"redirect"}),
    "a redirect to a file": (answer(status="302 Found", Location="file:///etc/passwd"), {"redirect"}),
    "a redirect to nonsense": (answer(status="302 Found", Location="http://[::1"), {"redirect", "protocol"}),
    "a redirect inside": (answer(status="302 Found", Location="http://10.0.0.1/"), {"blocked_address"}),
}


@pytest.mark.parametrize(("reply", "outcomes"), HOSTILE.values(), ids=HOSTILE)
async def test_a_misbehaving_server_costs_a_bounded_time_and_memory(
    site: Site, reply: bytes, outcomes: set[str]
) -> None:
    site.routes["/x"] = reply
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    found = await get(site.url("/x"))
    assert found.outcome in outcomes, found
    assert found.reason
    assert "\n" not in found.reason
    assert found.body == b""
    assert time.monotonic() - started < BUDGET_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10, "kilobytes"
    assert len(site.requests) <= LIMITS.redirects + 1


async def test_a_slow_server_does_not_hold_up_the_others(site: Site) -> None:
    site.routes |= {"/slow": silence, "/quick": answer(b"quick")}
    async with Fetcher(allow=ONLY_ONE, limits=LIMITS) as fetcher:
        slow = asyncio.create_task(fetcher.get(site.url("/slow"), accept="*/*"))
        started = time.monotonic()
        quick = await asyncio.gather(*(fetcher.get(site.url("/quick"), accept="*/*") for _ in range(20)))
        assert time.monotonic() - started < 0.5
        assert {one.outcome for one in quick} == {"ok"}
        assert (await slow).outcome == "timeout"


async def test_a_closed_port_is_told() -> None:
    async with Site() as closed:
        pass
    assert (await get(closed.url())).outcome == "connect"


async def test_an_unknown_name_is_told() -> None:
    async def nowhere(host: str) -> Sequence[str]:
        raise OSError(f"{host} is unknown")

    async with Fetcher(allow=ONLY_ONE, limits=LIMITS, resolve=nowhere) as fetcher:
        assert (await fetcher.get("http://paper.example/", accept="*/*")).outcome == "dns"


async def test_a_server_that_does_not_speak_tls_is_told() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"no TLS here"))
        await writer.drain()

    async with Listener(plain, "127.0.0.1", 0) as server:
        assert (await get(f"https://127.0.0.1:{server.port}/")).outcome == "tls"


@pytest.mark.parametrize(
    "url", ["", "file:///etc/passwd", "javascript:1", "http://", "http://a b/", "gopher://a.example/"]
)
async def test_what_is_no_web_address_is_not_fetched(url: str) -> None:
    assert (await get(url)).outcome == "bad_url"


# --- where it may not go: a canary listens, and nobody may ever connect to it ----------------------------


@pytest.fixture
async def canary() -> AsyncIterator[Site]:
    async with Site(host="127.0.0.2") as running:
        yield running
        assert running.connections == 0, "somebody connected to a forbidden address"


@pytest.mark.parametrize(
    "spelling", ["127.0.0.2", "2130706434", "0x7f000002", "127.2", "0177.0.0.2", "[::ffff:127.0.0.2]"]
)
async def test_no_spelling_of_a_private_address_is_connected_to(canary: Site, spelling: str) -> None:
    found = await get(f"http://{spelling}:{canary.port}/")
    assert found.outcome in {"blocked_address", "bad_url", "dns"}


async def test_a_name_is_judged_by_where_it_leads(canary: Site) -> None:
    asked: list[str] = []

    async def rebinding(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) > 1 else ["127.0.0.1", "127.0.0.2"]

    async with Site(
        {"/": answer(status="302 Found", Location=f"http://again.example:{canary.port}/")}
    ) as site:
        async with Fetcher(allow=ONLY_ONE, limits=LIMITS, resolve=rebinding) as fetcher:
            found = await fetcher.get(f"http://paper.example:{site.port}/", accept="*/*")
        assert found.outcome == "blocked_address"
        assert site.connections == 1
    assert asked == ["paper.example", "again.example"]


async def test_the_environments_proxy_is_not_used(
    canary: Site, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", canary.url())
    monkeypatch.setenv("ALL_PROXY", canary.url())
    site.routes["/a"] = answer(b"direct")
    assert (await get(site.url("/a"))).body == b"direct"


async def test_nothing_private_is_allowed_by_default(site: Site) -> None:
    assert (await get(site.url("/a"), allow=())).outcome == "blocked_address"
    assert site.connections == 0


async def test_the_name_asked_for_stays_the_host_header(site: Site) -> None:
    async def here(_: str) -> Sequence[str]:
        return ["127.0.0.1"]

    def host(request: Request) -> bytes:
        return answer(request.headers["host"].encode())

    site.routes["/"] = host
    async with Fetcher(allow=ONLY_ONE, limits=LIMITS, resolve=here) as fetcher:
        found = await fetcher.get(f"http://paper.example:{site.port}/", accept="*/*")
    assert found.body == f"paper.example:{site.port}".encode()


@pytest.mark.parametrize(
    ("statuses", "to"),
    [
        (("301 Moved Permanently", "308 Permanent Redirect"), "/b"),
        (("301 Moved Permanently", "302 Found"), "/a"),
        (("302 Found", "301 Moved Permanently"), ""),
        (("307 Temporary Redirect", "302 Found"), ""),
    ],
)
async def test_where_redirects_lead_for_good_is_told(site: Site, statuses: tuple[str, str], to: str) -> None:
    first, second = statuses
    site.routes |= {
        "/old": answer(status=first, Location="/a"),
        "/a": answer(status=second, Location="/b"),
        "/b": answer(b"<rss/>"),
    }
    found = await get(site.url("/old"))
    assert found.permanent_url == (site.url(to) if to else "")
    assert found.final_url == site.url("/b")
