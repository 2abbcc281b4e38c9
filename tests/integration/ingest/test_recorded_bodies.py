"""What recorders write: bodies as they came or as they were unpacked, odd heads, cuts, refreshes."""

import gzip
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.http.exchange import Exchange
from services.ingest.readings import FeedReading
from services.ingest.recordings.warc import exchange_at, index
from tests.integration.ingest.test_recording import FEED, START, articles, link, page, readings, rss, told
from tests.unit.ingest.packing import PACKED, chunked

BODY = b"<rss>" + b"".join(b"<item><title>Ferry %d</title></item>" % n for n in range(99)) + b"</rss>"


class Blocks:
    """A `.warc` file of blocks as they are given: a head of any kind, and a body."""

    def __init__(self) -> None:
        self._records: list[bytes] = []

    def add(self, url: str, head: bytes, body: bytes = b"", **more: str) -> None:
        at = START + timedelta(seconds=len(self._records))
        block = head + body
        lines = {
            "WARC-Type": "response",
            "WARC-Target-URI": url,
            "WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Content-Type": "application/http; msgtype=response",
            "Content-Length": str(len(block)),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        told_lines = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._records.append(f"WARC/1.1\r\n{told_lines}\r\n".encode() + block + b"\r\n\r\n")

    def write(self, folder: Path) -> Path:
        path = folder / "day.warc"
        path.write_bytes(b"".join(self._records))
        return path


def head(headers: Mapping[str, str], status: str = "200 OK") -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode()


def recorded(folder: Path, head: bytes, body: bytes, url: str = FEED, **more: str) -> Exchange:
    blocks = Blocks()
    blocks.add(url, head, body, **more)
    path = blocks.write(folder)
    (answer,) = index(path).answers
    with path.open("rb") as file:
        return exchange_at(file, answer)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recorded")


def framed(framing: str, encoding: str, packed: bytes) -> tuple[bytes, bytes]:
    coded = {"Content-Encoding": encoding} if encoding else {}
    match framing:
        case "length":
            return head({**coded, "ETag": '"1"', "Content-Length": str(len(packed))}), packed
        case "chunked":
            return head({**coded, "ETag": '"1"', "Transfer-Encoding": "chunked"}), chunked(packed)
        case "chunks taken away":
            return head({**coded, "ETag": '"1"', "Transfer-Encoding": "chunked"}), packed
        case _:
            return head({**coded, "ETag": '"1"'}), packed


FRAMINGS = ("length", "chunked", "chunks taken away", "none")


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("coding", ["identity", *PACKED])
def test_a_recorded_body_is_whole_under_every_coding_and_framing(
    folder: Path, coding: str, framing: str
) -> None:
    encoding, pack = PACKED.get(coding, ("", bytes))
    found = recorded(folder, *framed(framing, encoding, pack(BODY)))
    assert (found.outcome, found.reason, found.body, found.etag) == ("ok", "", BODY, '"1"')


@given(st.sampled_from(sorted(PACKED)), st.sampled_from(FRAMINGS), st.data())
def test_a_recorded_body_that_is_cut_is_never_a_shorter_one(
    folder: Path, coding: str, framing: str, data: st.DataObject
) -> None:
    encoding, pack = PACKED[coding]
    head, sent = framed(framing, encoding, pack(BODY))
    most = len(sent) - (3 if framing == "chunked" else 1)  # "0\r\n" is the last chunk, whatever follows
    found = recorded(folder, head, sent[: data.draw(st.integers(1, most))])
    assert (found.outcome, found.body, found.etag) == ("truncated", b"", "")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_body_that_the_recorder_decoded_is_taken_as_it_is(folder: Path, coding: str) -> None:
    longer = {"Content-Encoding": coding, "Content-Length": str(9 * len(BODY))}
    shorter = {"Content-Encoding": coding, "Content-Length": "300"}
    for headers in (longer, shorter):
        assert recorded(folder, head(headers), BODY).body == BODY


@pytest.mark.parametrize(
    ("headers", "body", "more", "says"),
    [
        ({"Content-Length": "5120"}, b"x" * 3_000, {}, "announces 5,120 bytes, 3,000 came"),
        ({"Transfer-Encoding": "chunked"}, b"5\r\nhello\r\n", {}, "in chunks without its last one; 5 bytes"),
        ({"Content-Encoding": "gzip"}, gzip.compress(BODY)[:90], {}, "a gzip body without its end; 90 bytes"),
        ({}, BODY, {"WARC_Truncated": "length"}, "the recorder cut it off: length"),
    ],
)
def test_what_is_missing_is_said(
    folder: Path, headers: dict[str, str], body: bytes, more: dict[str, str], says: str
) -> None:
    found = recorded(folder, head(headers), body, **more)
    assert found.outcome == "truncated"
    assert says in found.reason


@pytest.mark.parametrize(
    "odd",
    [
        b"HTTP/1.1 200\r\nX-Odd : 1\r\nContent-Type: application/rss+xml\r\n\r\n",
        b"HTTP/1.1 200 OK\nno colon\n  folded\nContent-Type: application/rss+xml\n\n",
        b"http/1.1 200 ok\r\nX-City: K\xf6ln\r\nContent-Type: application/rss+xml\r\n\r\n",
        b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\nHTTP/2 200\r\nContent-Type: application/rss+xml\r\n\r\n",
    ],
)
def test_odd_heads_are_read_as_on_the_network(folder: Path, odd: bytes) -> None:
    found = recorded(folder, odd, BODY)
    assert (found.outcome, found.content_type, found.body) == ("ok", "application/rss+xml", BODY)


def test_a_head_that_is_none_is_told(folder: Path) -> None:
    found = recorded(folder, b"HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\n", BODY)
    assert found.outcome == "protocol"
    assert "1 and 2" in found.reason


def test_a_head_that_the_record_ends_is_a_head(folder: Path) -> None:
    found = recorded(folder, b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n", b"")
    assert found.outcome == "http_404"


@pytest.mark.parametrize("coding", PACKED)
async def test_a_recorded_feed_is_known_by_its_content_under_any_coding(tmp_path: Path, coding: str) -> None:
    encoding, pack = PACKED[coding]
    filler = b"<!-- " + b"".join(b"%d " % (n * n * 7_919 % 10_007) for n in range(9_000)) + b" -->"
    body = rss("a").replace(b"</rss>", filler + b"</rss>")
    blocks = Blocks()
    blocks.add(
        FEED, head({"Content-Type": "application/octet-stream", "Content-Encoding": encoding}), pack(body)
    )
    blocks.add(link("a"), head({"Content-Type": "text/html"}), page("a"))
    _, found, taken, _ = await readings(blocks.write(tmp_path))
    assert [told(one) for one in found if told(one)] == ["feed ok", "page a ok"]
    assert [one.feed for one in articles(taken)] == [FEED]


async def test_a_feed_that_is_cut_publishes_nothing_and_keeps_no_validator(tmp_path: Path) -> None:
    blocks = Blocks()
    cut = {"Content-Type": "application/rss+xml", "Content-Encoding": "gzip", "ETag": '"2"'}
    blocks.add(FEED, head({"Content-Type": "application/rss+xml", "ETag": '"1"'}), rss("a"))
    blocks.add(FEED, head(cut), gzip.compress(rss("a", "b", "c"))[:-30])
    _, found, _, task = await readings(blocks.write(tmp_path))
    polls = [one for one in found if isinstance(one, FeedReading)]
    assert [(one.outcome, one.etag) for one in polls] == [("ok", '"1"'), ("truncated", "")]
    (state,) = [state for state in task.states.values() if state.url == FEED]
    assert (state.etag, state.status, len(state.seen)) == ('"1"', "backing_off", 1)
    assert state.reason.startswith("truncated: a gzip body without its end")


def refresh(target: str, seconds: str = "0") -> bytes:
    return f'<html><head><meta http-equiv="refresh" content="{seconds}; url={target}"></head></html>'.encode()


HTML = head({"Content-Type": "text/html; charset=utf-8"})


async def test_a_page_that_sends_its_reader_on_is_a_redirect(tmp_path: Path) -> None:
    blocks = Blocks()
    blocks.add(FEED, head({"Content-Type": "application/rss+xml"}), rss("a"))
    blocks.add(link("a"), HTML, refresh("/a-moved"))
    blocks.add(link("a-moved"), HTML, page("a"))
    _, found, taken, _ = await readings(blocks.write(tmp_path))
    assert [told(one) for one in found if told(one)] == ["feed ok", "skipped redirect", "page a ok"]
    (article,) = articles(taken)
    assert (article.url, article.feed) == (link("a-moved"), FEED)


@pytest.mark.parametrize(
    "blocks_of",
    [("a", refresh("/elsewhere")), ("a", refresh("/a-moved", "5")), ("a", refresh("/a"))],
)
async def test_a_page_that_leads_to_nothing_recorded_or_waits_stays_a_page(
    tmp_path: Path, blocks_of: tuple[str, bytes]
) -> None:
    slug, body = blocks_of
    blocks = Blocks()
    blocks.add(link(slug), HTML, body)
    blocks.add(link("a-moved"), HTML, page("a"))
    _, found, _, _ = await readings(blocks.write(tmp_path))
    assert [told(one) for one in found if told(one)] == ["page a ok", "page a-moved ok"]


async def test_a_login_in_a_recorded_address_is_in_no_reading(tmp_path: Path) -> None:
    blocks = Blocks()
    secret = "https://desk:s3cret@feeds.hafenblatt.example/stadt.xml"
    blocks.add(secret, head({"Location": "https://desk:s3cret@www.hafenblatt.example/f"}, "301 Moved"))
    blocks.add("https://desk:s3cret@www.hafenblatt.example/f", head({"Content-Type": "text/xml"}), rss("a"))
    _, found, _, task = await readings(blocks.write(tmp_path))
    assert [told(one) for one in found if told(one)] == ["skipped redirect", "feed ok"]
    assert "s3cret" not in repr(found) + repr(task.states)
    assert FEED in {state.url for state in task.states.values()}
