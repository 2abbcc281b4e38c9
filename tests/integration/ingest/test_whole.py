"""Answers on real sockets: whole under every coding and framing, or a failed fetch; cookies and logins."""

import asyncio
import gzip
import socket
import struct
from base64 import b64decode
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from services.ingest.http.credentials import Credentials, login_in
from services.ingest.http.exchange import Exchange
from services.ingest.http.fetch import ACCEPT_FEED, Fetcher, FetchLimits
from tests.integration.ingest.site import Reply, Request, Site, answer
from tests.unit.ingest.packing import PACKED, chunked

LOOPBACK = [ip_network("127.0.0.0/8")]
LIMITS = FetchLimits(wire_bytes=1 << 20, decoded_bytes=1 << 20, total_s=2.0, read_s=1.0, connect_s=0.5)
BODY = (
    b"<rss><channel>" + b"".join(b"<item><title>Ferry %d</title></item>" % n for n in range(99)) + b"</rss>"
)
VALIDATORS = b'ETag: "v1"\r\nLast-Modified: Mon, 02 Mar 2026 07:00:00 GMT\r\n'


async def get(url: str, *, credentials: Credentials | None = None) -> Exchange:
    async with Fetcher(allow=LOOPBACK, limits=LIMITS, credentials=credentials or Credentials()) as fetcher:
        return await fetcher.get(url, accept=ACCEPT_FEED)


def closing(data: bytes) -> Reply:
    """Says it and ends the connection."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return reply


def resetting(data: bytes) -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0.05)  # what was sent is to be read before the reset takes it back
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return reply


def framed(framing: str, encoding: str, packed: bytes) -> tuple[bytes, bytes]:
    head = b"HTTP/1.0 200 OK\r\n" if framing == "http/1.0" else b"HTTP/1.1 200 OK\r\n"
    head += VALIDATORS + (b"Content-Encoding: %s\r\n" % encoding.encode() if encoding else b"")
    match framing:
        case "length":
            return head + b"Content-Length: %d\r\n\r\n" % len(packed), packed
        case "chunked":
            return head + b"Transfer-Encoding: chunked\r\n\r\n", chunked(packed)
        case "close":
            return head + b"Connection: close\r\n\r\n", packed
        case _:
            return head + b"\r\n", packed


FRAMINGS = ("length", "chunked", "close", "http/1.0")
CODINGS = {"identity": ("", bytes), **PACKED}
ENDING = [
    (coding, framing)
    for coding in CODINGS
    for framing in FRAMINGS
    if coding != "identity" or framing in {"length", "chunked"}
]
"""Bodies of which something says where they end: their coding, a length, or a last chunk."""


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("coding", CODINGS)
async def test_a_body_is_whole_under_every_coding_and_framing(site: Site, coding: str, framing: str) -> None:
    encoding, pack = CODINGS[coding]
    site.routes["/a"] = closing(b"".join(framed(framing, encoding, pack(BODY))))
    found = await get(site.url("/a"))
    assert (found.outcome, found.reason, found.body) == ("ok", "", BODY)
    assert (found.etag, found.last_modified) == ('"v1"', "Mon, 02 Mar 2026 07:00:00 GMT")


@pytest.mark.parametrize(("coding", "framing"), ENDING)
async def test_a_body_that_is_cut_is_a_failed_fetch_without_validators(
    site: Site, coding: str, framing: str
) -> None:
    encoding, pack = CODINGS[coding]
    head, sent = framed(framing, encoding, pack(BODY))
    for number, kept in enumerate(sorted({0, 1, len(sent) // 2, len(sent) - 9, len(sent) - 1})):
        ends = resetting if number % 2 else closing
        site.routes[f"/{kept}"] = ends(head + sent[:kept])
        found = await get(site.url(f"/{kept}"))
        if not kept and coding == "unlabelled gzip" and framing in {"close", "http/1.0"}:
            assert (found.outcome, found.body) == ("ok", b"")  # nothing says that something should have come
            continue
        assert (found.outcome, found.body) == ("truncated", b""), (kept, found)
        assert (found.etag, found.last_modified) == ("", "")
        assert found.status == 200


async def test_a_length_that_is_the_decoded_bodys_is_let_pass_and_no_other(site: Site) -> None:
    packed = gzip.compress(BODY)
    for path, announced, sent in (
        ("/decoded", len(BODY), packed),
        ("/other", len(BODY) + 1, packed),
        ("/cut", len(BODY), packed[:-9]),
    ):
        lines = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % announced
        site.routes[path] = closing(b"HTTP/1.1 200 OK\r\n" + lines + sent)
    assert (await get(site.url("/decoded"))).body == BODY
    assert (await get(site.url("/other"))).outcome == "truncated"
    assert (await get(site.url("/cut"))).outcome == "truncated"


async def test_a_body_without_a_length_is_whole_when_the_connection_ends(site: Site) -> None:
    site.routes["/a"] = closing(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)
    assert (await get(site.url("/a"))).body == BODY


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_a_connection_that_is_reset_within_a_body_cuts_it(site: Site, framing: str) -> None:
    head, sent = framed(framing, "", BODY)
    site.routes["/a"] = resetting(head + sent[:900])
    assert (await get(site.url("/a"))).outcome == "truncated"


@pytest.mark.parametrize(
    ("lines", "body", "says"),
    [
        (b"Content-Length: 5120\r\n", b"x" * 3_000, "announces 5,120 bytes, 3,000 came"),
        (
            b"Transfer-Encoding: chunked\r\n",
            b"5\r\nhello\r\n",
            "in chunks without its last one; 5 bytes came",
        ),
        (
            b"Content-Encoding: gzip\r\n",
            gzip.compress(b"<rss/>")[:20],
            "a gzip body without its end; 20 bytes came",
        ),
    ],
)
async def test_what_is_missing_is_said(site: Site, lines: bytes, body: bytes, says: str) -> None:
    site.routes["/a"] = closing(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + body)
    found = await get(site.url("/a"))
    assert found.outcome == "truncated"
    assert says in found.reason


@pytest.mark.parametrize(
    ("span", "outcome"), [("bytes 0-5/6", "ok"), ("bytes 0-5/900", "truncated"), ("bytes 3-8/9", "truncated")]
)
async def test_a_part_that_nobody_asked_for_is_no_whole(site: Site, span: str, outcome: str) -> None:
    site.routes["/a"] = answer(b"<rss/>", status="206 Partial Content", Content_Range=span)
    assert (await get(site.url("/a"))).outcome == outcome


async def test_a_connection_is_used_again_behind_an_odd_head(site: Site) -> None:
    site.routes["/a"] = b"HTTP/1.1 200\nX-Odd : 1\nno colon\nContent-Length: 6\n\n<rss/>"
    async with Fetcher(allow=LOOPBACK, limits=LIMITS) as fetcher:
        bodies = [(await fetcher.get(site.url("/a"), accept="*/*")).body for _ in range(3)]
    assert bodies == [b"<rss/>"] * 3
    assert site.connections == 1


async def test_a_head_may_come_a_byte_at_a_time(site: Site) -> None:
    async def slowly(writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 103 Hints\n\nHTTP/1.1 200\r\nContent-Length : 6\r\n\r\n<rss/>":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.001)

    site.routes["/a"] = slowly
    assert (await get(site.url("/a"))).body == b"<rss/>"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\n<rss/>",
            "Content-Length 6 and 7",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "within the head"),
        (b"220 mail.example ESMTP\r\n", "does not begin as HTTP does"),
    ],
)
async def test_what_is_no_answer_is_told(site: Site, data: bytes, says: str) -> None:
    site.routes["/a"] = closing(data)
    found = await get(site.url("/a"))
    assert found.outcome == "protocol"
    assert says in found.reason


# --- cookies ---------------------------------------------------------------------------------------------


def cookies(request: Request) -> str:
    return request.headers.get("cookie", "")


async def test_cookies_come_back_within_a_chain_and_end_with_it(site: Site) -> None:
    def page(request: Request) -> bytes:
        if "seen=1" in cookies(request):
            return answer(cookies(request).encode(), Set_Cookie="count=7; Path=/; Max-Age=86400")
        return answer(status="302 Found", Location="/check", Set_Cookie="first=a; Path=/")

    site.routes |= {
        "/a": page,
        "/check": answer(status="302 Found", Location="/a", Set_Cookie="seen=1; Path=/"),
    }
    async with Fetcher(allow=LOOPBACK, limits=LIMITS) as fetcher:
        for _ in range(3):
            found = await fetcher.get(site.url("/a"), accept="*/*")
            assert found.outcome == "ok"
            assert sorted(found.body.split(b"; ")) == [b"first=a", b"seen=1"]
    assert [cookies(request) for request in site.asked_for("/a")[::2]] == [""] * 3


async def test_cookies_stay_with_the_site_that_set_them(site: Site) -> None:
    async with Site(host="127.0.0.2") as other:
        other.routes["/b"] = answer(status="302 Found", Location=site.url("/c"), Set_Cookie="theirs=1")
        site.routes["/a"] = answer(status="302 Found", Location=other.url("/b"), Set_Cookie="ours=1; Path=/")
        site.routes["/c"] = answer(b"here")
        assert (await get(site.url("/a"))).body == b"here"
        assert cookies(other.requests[0]) == ""
        assert cookies(site.requests[1]) == "ours=1"


async def test_cookies_are_bounded(site: Site) -> None:
    many = b"".join(b"Set-Cookie: c%d=%s\r\n" % (number, b"x" * 4_000) for number in range(60))
    site.routes["/a"] = b"HTTP/1.1 302 Found\r\n" + many + b"Location: /b\r\nContent-Length: 0\r\n\r\n"
    site.routes["/b"] = answer(b"here")
    assert (await get(site.url("/a"))).body == b"here"
    assert len(cookies(site.requests[-1])) <= 8_192


# --- logins ----------------------------------------------------------------------------------------------


def login(request: Request) -> str:
    return b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()


def logins(*urls: str) -> Credentials:
    return Credentials(found for url in urls if (found := login_in(url)))


async def test_a_login_is_sent_along_its_site_and_to_no_other(site: Site) -> None:
    async with Site(host="127.0.0.2") as other:
        site.routes |= {
            "/feed": answer(status="302 Found", Location="/moved"),
            "/moved": answer(status="302 Found", Location=other.url("/elsewhere")),
        }
        other.routes["/elsewhere"] = answer(b"<rss/>")
        given = logins(f"http://desk:s3cret@127.0.0.1:{site.port}/feed")
        found = await get(site.url("/feed"), credentials=given)
        assert found.outcome == "ok"
        assert [login(request) for request in site.requests] == ["desk:s3cret"] * 2
        assert [login(request) for request in other.requests] == [""]


async def test_a_login_in_an_address_is_used_and_stands_nowhere(site: Site) -> None:
    site.routes["/feed"] = answer(status="302 Found", Location=f"http://eve:other@127.0.0.1:{site.port}/b")
    site.routes["/b"] = answer(b"<rss/>")
    found = await get(f"http://desk:s3cret@127.0.0.1:{site.port}/feed")
    assert (found.outcome, found.url, found.final_url) == ("ok", site.url("/feed"), site.url("/b"))
    assert [login(request) for request in site.requests] == ["desk:s3cret"] * 2
    assert all(word not in repr(found) for word in ("s3cret", "eve"))


@pytest.mark.parametrize("where", ["nowhere.example", "127.0.0.1:1", "[::1", "127.0.0.1:x", "10.0.0.1"])
async def test_no_failure_shows_a_login(where: str) -> None:
    async def unknown(host: str) -> Sequence[str]:
        raise OSError(f"{host} is unknown")

    async with Fetcher(allow=LOOPBACK, limits=LIMITS, resolve=unknown) as fetcher:
        found = await fetcher.get(f"http://desk:s3cret@{where}/feed", accept="*/*")
    assert found.outcome != "ok"
    assert "s3cret" not in repr(found)
