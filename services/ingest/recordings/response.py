"""One recorded HTTP answer: what a WARC record holds, read by the rules of the network.

A recording may hold a body as it came or as the recorder unpacked it, under the headers as they came: chunks
that were taken away, a coding that was undone, a length that was the other form's.
"""

from itertools import chain
from typing import BinaryIO, NamedTuple

from services.ingest.http.body import Body, BodyRefusal
from services.ingest.http.chunks import dechunked
from services.ingest.http.codings import beginning
from services.ingest.http.exchange import Exchange, answered, outcome_of
from services.ingest.http.heads import MAX_HEAD, BadHead, Head, split_head
from services.ingest.text.charset import text_of

MAX_BODY = 15 << 20
HEAD = 8_192
"""Bytes of a body that are looked at to tell feeds from pages."""
CODED_HEAD = 192 << 10
"""The same under a coding: a block of zstd, 128 KiB, comes out as one."""


class RecordedResponse(NamedTuple):
    """The head of an answer, and its body as far as it was read."""

    head: Head
    body: bytes
    more: bool
    """The record holds more than was read."""

    @property
    def chunked(self) -> bool:
        return "transfer-encoding" in self.head.headers()

    def text(self) -> str:
        """The first characters of the decoded body, as far as they can be had."""
        headers = self.head.headers()
        body = dechunked(self.body)[0] if self.chunked else self.body
        decoded = beginning(body, headers.get("content-encoding", ""), HEAD)
        return text_of(decoded[:HEAD], headers.get("content-type", "")).lstrip()


def read_beginning(stream: BinaryIO) -> RecordedResponse:
    """An answer with enough of its body to tell what it is. Raises `BadHead`."""
    head, begun = _read_head(stream)
    coded = any(name == b"content-encoding" for name, _ in head.lines)
    return _response(stream, head, begun, CODED_HEAD if coded else HEAD)


def read_response(stream: BinaryIO) -> RecordedResponse:
    """An answer with its body, as far as that is within bounds. Raises `BadHead`."""
    head, begun = _read_head(stream)
    return _response(stream, head, begun, MAX_BODY)


def _response(stream: BinaryIO, head: Head, begun: bytes, most: int) -> RecordedResponse:
    body = begun + _read(stream, most + 1 - len(begun))
    return RecordedResponse(head, body[:most], len(body) > most)


def _read_head(stream: BinaryIO) -> tuple[Head, bytes]:
    """The head of an answer, and what was read of its body with it."""
    data = b""
    while True:
        piece = _read(stream, MAX_HEAD if data else 2 * HEAD)
        data += piece
        split = split_head(data if piece else data + b"\n\n")  # the end of a record ends its head
        if split:
            head, start = split
            return head, data[start:]
        if not piece:
            raise BadHead("holds no answer")


def _read(stream: BinaryIO, size: int) -> bytes:
    """As many bytes as there are, up to `size`: warcio reads short."""
    pieces = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def exchange_of(response: RecordedResponse, *, asked: str, url: str, cut: str = "") -> Exchange:
    """The exchange that was recorded, its body decoded within bounds.

    `cut`: how the recorder says that the record holds only a part (WARC-Truncated).
    """
    status, headers = response.head.status, response.head.headers()
    if outcome_of(status) != "ok":
        return answered(asked, status, headers, final_url=url)
    try:
        whole, wire_bytes = _whole(response, cut)
    except BodyRefusal as refused:
        return answered(asked, status, headers, final_url=url, outcome=refused.outcome, reason=str(refused))
    return answered(asked, status, headers, final_url=url, body=whole, wire_bytes=wire_bytes)


def _whole(response: RecordedResponse, cut: str) -> tuple[bytes, int]:
    """Raises `BodyRefusal`."""
    if response.more:
        raise BodyRefusal("too_large", f"over {MAX_BODY:,} bytes")
    if cut:
        raise BodyRefusal("truncated", f"the recorder cut it off: {cut[:80]}")
    body = Body(response.head.status, response.head.headers(), wire_limit=MAX_BODY, decoded_limit=MAX_BODY)
    data, last = dechunked(response.body) if response.chunked else (response.body, True)
    for _ in chain(body.take(data), body.finish(early=not last)):
        pass
    return body.whole(early=not last), body.wire_bytes
