"""Heads of answers and bodies in chunks: read as browsers read them, refused where nothing is certain."""

import pytest
from h11 import CLIENT, Connection, EndOfMessage, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.http.chunks import dechunked
from services.ingest.http.heads import MAX_HEAD, BadHead, Head, split_head
from tests.unit.ingest.packing import chunked

BODY = b"<rss/>"


def head_of(data: bytes) -> tuple[Head, bytes]:
    split = split_head(data)
    assert split is not None
    return split[0], data[split[1] :]


def strictly(head: Head) -> Response:
    """As h11 reads it, which httpx stands on."""
    parser = Connection(CLIENT)
    parser.send(Request(method="GET", target="/", headers=[("Host", "paper.example")]))
    parser.send(EndOfMessage())
    parser.receive_data(head.encoded())
    event = parser.next_event()
    assert isinstance(event, Response)
    return event


OK = b"HTTP/1.1 200 OK\r\n"
TYPE = b"Content-Type: text/xml\r\n\r\n"
ODD = {
    "white space before the colon": OK + b"X-Frame-Options : DENY\r\nContent-Type \t: text/xml\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Type: text/xml\n\n",
    "both line ends": OK + b"Content-Type: text/xml\n\r\n",
    "no reason": b"HTTP/1.1 200\r\n" + TYPE,
    "a lower-case version": b"http/1.1 200 ok\r\ncontent-type: text/xml\r\n\r\n",
    "much white space": b"HTTP/1.1  200   OK\r\nContent-Type:text/xml   \r\n\r\n",
    "a version from elsewhere": b"HTTP/2 200 \r\n" + TYPE,
    "no version": b"HTTP 200 OK\r\n" + TYPE,
    "a folded line": OK + b"X-Policy: a;\r\n\tb;\r\n c\r\n" + TYPE,
    "a folded line at the start": OK + b" folded\r\n" + TYPE,
    "a line without a colon": OK + b"PHP Warning\r\n of line 7\r\n" + TYPE,
    "a line without a name": OK + b": nothing\r\n" + TYPE,
    "a name that is none": OK + b"My Header: x\r\nN\xc3\xa4me: y\r\n" + TYPE,
    "bytes beyond ASCII": "HTTP/1.1 200 Schön\r\nX-City: Köln\r\n".encode() + TYPE,
    "latin-1 bytes": OK + b"X-City: K\xf6ln\r\n" + TYPE,
    "control characters": OK + b"X-Odd: a\x00b\x07\rc\r\n" + TYPE,
    "an empty value": OK + b"X-Empty:\r\n" + TYPE,
    "blank lines first": b"\r\n\nHTTP/1.1 200 OK\r\n" + TYPE,
    "early hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + TYPE,
    "two interim answers": b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 200 \r\n" + TYPE,
    "very many lines": OK + b"X-Line: x\r\n" * 9_000 + TYPE,
    "very long lines": OK + b"X-Policy: " + b"x" * 200_000 + b"\r\n" + TYPE,
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_what_browsers_pass_over_costs_only_itself(data: bytes) -> None:
    head, rest = head_of(data + BODY)
    assert rest == BODY
    assert head.status == 200
    assert head.headers()["content-type"] == "text/xml"
    assert dict(strictly(head).headers)[b"content-type"] == b"text/xml"


@given(st.sampled_from(sorted(ODD)), st.data())
def test_a_head_that_goes_on_is_waited_for(name: str, data: st.DataObject) -> None:
    head = ODD[name]
    assert split_head(head[: data.draw(st.integers(0, len(head) - 3))]) is None


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_make_it_raise_by_surprise_and_what_it_gives_is_strict(data: bytes, beginning: bool) -> None:
    try:
        split = split_head((b"HTTP/1.1 200 OK\r\n" if beginning else b"") + data + b"\r\n\r\n")
    except BadHead:
        return
    if split:
        assert strictly(split[0]).status_code == split[0].status


@pytest.mark.parametrize(
    ("lines", "framing"),
    [
        (b"Content-Length: 6\r\nContent-Length: 6\r\n", {"content-length": "6"}),
        (b"Content-Length: 6, 6\r\n", {"content-length": "6"}),
        (b"Content-Length : 006\r\n", {"content-length": "6"}),
        (b"Content-Length: many\r\n", {}),
        (b"Content-Length: -6\r\n", {}),
        (b"Content-Length:\r\n", {}),
        (b"Transfer-Encoding: Chunked\r\nContent-Length: 6\r\n", {"transfer-encoding": "chunked"}),
        (b"Transfer-Encoding: gzip, chunked\r\n", {"transfer-encoding": "chunked"}),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", {"transfer-encoding": "chunked"}),
        (
            b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\nContent-Length: 7\r\n",
            {"transfer-encoding": "chunked"},
        ),
        (b"Transfer-Encoding: identity\r\nContent-Length: 6\r\n", {"content-length": "6"}),
    ],
)
def test_a_body_ends_where_one_statement_says(lines: bytes, framing: dict[str, str]) -> None:
    head, _ = head_of(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n")
    assert head.headers() == framing
    strictly(head)


@pytest.mark.parametrize(
    "lines", [b"Content-Length: 6\r\nContent-Length: 7\r\n", b"Content-Length: 6, 7\r\n"]
)
def test_lengths_that_contradict_each_other_are_a_fault(lines: bytes) -> None:
    with pytest.raises(BadHead, match="6 and 7"):
        split_head(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"<html>",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20,
        b"\n" * 100,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_HEAD,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_HEAD + b"\r\n\r\n",
    ],
)
def test_what_is_no_head_is_told(data: bytes) -> None:
    with pytest.raises(BadHead):
        split_head(data)


@pytest.mark.parametrize(
    ("first", "version"), [(b"HTTP/1.0 200 OK", "1.0"), (b"HTTP/1.1 200", "1.1"), (b"HTTP/0.9 200 x", "1.0")]
)
def test_the_version_says_whether_the_connection_ends_the_body(first: bytes, version: str) -> None:
    assert head_of(first + b"\r\n\r\n")[0].version == version


def test_several_lines_of_one_name_are_a_list_and_stay_apart_for_the_parser() -> None:
    head, _ = head_of(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n")
    assert head.headers()["set-cookie"] == "a=1, b=2"
    assert head.encoded().count(b"set-cookie") == 2


# --- chunks ----------------------------------------------------------------------------------------------


@given(st.binary(max_size=3_000), st.integers(1, 999))
def test_chunks_are_put_together(body: bytes, size: int) -> None:
    assert dechunked(chunked(body, size)) == (body, True)


@given(st.binary(min_size=1, max_size=900), st.integers(1, 99), st.data())
def test_chunks_without_the_last_one_are_not_whole(body: bytes, size: int, data: st.DataObject) -> None:
    packed = chunked(body, size).removesuffix(b"\n\r\n")
    begun, whole = dechunked(packed[: data.draw(st.integers(1, len(packed)))])
    assert not whole
    assert body.startswith(begun)


def test_odd_chunks_are_read_and_chunks_that_were_taken_away_are_not_missed() -> None:
    assert dechunked(b"5 \nhello\n 1;name=x\r\n!\r\n000\r\nTrailer: x\r\n\r\n") == (b"hello!", True)
    assert dechunked(BODY) == (BODY, True)
    assert dechunked(b"5\r\nhello rubbish") == (b"hello", False)
