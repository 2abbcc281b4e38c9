"""Content codings: which ones a body is under, by its label and its first bytes, undone within a bound.

The label is a hint. A body that says gzip and does not begin like gzip was unpacked on its way, and a body
that begins like gzip is gzip without a label too. Every layer is held to the same bound.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import suppress

from services.ingest.http.unpack import (
    GZIP,
    PIECE,
    RAW_DEFLATE,
    ZLIB,
    Brotli,
    Damaged,
    Inflater,
    Unpacker,
    Zstandard,
)

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
MAX_LAYERS = 2
"""Codings on top of each other that a label may name; one more may go without label, as a `.gz` file."""
MAX_MEMBERS = 10_000
HEAD = 64
"""Bytes that are waited for before it is decided what a body is."""
_SLICE = 512
_SLACK = 1 << 20
"""What the last slice may decode to beyond what is wanted."""
_DECODED = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "br": "br", "zstd": "zstd"}
_FOREIGN = frozenset("compress x-compress exi pack200-gzip dcb dcz aes128gcm bzip2 x-bzip2 xz lzma".split())
"""Real codings that are not undone here. Any other word is no coding, and the body is as it is."""
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPED = tuple(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))
_MAGIC = {"gzip": (_GZIP,), "zstd": (_ZSTD, *_ZSTD_SKIPPED)}
_UTF16_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE)
_ENOUGH_TEXT = 16
"""Printable bytes that compression does not bring forth by chance."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


class Unsupported(Exception):
    """A coding that was not asked for, or too many of them."""


class Bomb(Exception):
    """More comes out than is allowed."""


class CutShort(Exception):
    """The body ends before its coding does."""


def layers(encoding: str) -> tuple[str, ...]:
    """What a Content-Encoding header names, in the order it was applied. Raises `Unsupported`.

    A word that is no coding (`utf-8`, `none`, `aws-chunked`) says nothing, as to every browser.
    """
    words = [word.partition(";")[0].strip(" \t\"'").lower() for word in encoding[:1_000].split(",")]
    if foreign := [word for word in words if word in _FOREIGN]:
        raise Unsupported(
            f"Content-Encoding {encoding[:80]!r}: {foreign[0]} is not undone; {ACCEPT_ENCODING} are"
        )
    named = tuple(_DECODED[word] for word in words if word in _DECODED)
    if len(named) > MAX_LAYERS:
        raise Unsupported(f"Content-Encoding {encoding[:80]!r}: at most {MAX_LAYERS} codings are undone")
    return named


class Decoder:
    """Decodes one body piece by piece into at most `limit` bytes. Raises `Unsupported` at once."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._layers = [_Layer(name, limit) for name in (*reversed(layers(encoding)), "")]

    @property
    def mislabelled(self) -> bool:
        """Whether the label names a coding that the body is not under; known after `finish`."""
        return any(layer.mislabelled for layer in self._layers)

    def feed(self, data: bytes) -> bytes:
        """The decoded form of the next bytes. Raises `Bomb` or `Damaged`."""
        return b"".join(self.pieces(data))

    def finish(self) -> bytes:
        """What was held back. Raises `CutShort` where a coding has no end, and as `feed` does."""
        return b"".join(self.last_pieces())

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What `feed` gives, `PIECE` bytes at a time, each decoded when it is asked for."""
        for start in range(0, len(data), PIECE):
            yield from self._through(data[start : start + PIECE], 0)

    def last_pieces(self) -> Iterator[bytes]:
        """The same of `finish`."""
        for number, layer in enumerate(self._layers):
            for piece in layer.finish():
                yield from self._through(piece, number + 1)

    def _through(self, data: bytes, number: int) -> Iterator[bytes]:
        if number == len(self._layers):
            yield data
            return
        for piece in self._layers[number].feed(data):
            yield from self._through(piece, number + 1)


class _Layer:
    """One coding as labelled, or with an empty name whatever is there without a label."""

    def __init__(self, name: str, limit: int) -> None:
        self.mislabelled = False
        self._name = name
        self._limit = limit
        self._left = limit
        self._held: bytes | None = b""
        """The first bytes, until it is decided what they begin."""
        self._members: _Members | None = None
        """None where the bytes are as they are."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._held is not None:
            self._held += data
            if len(self._held) < HEAD:
                return
            data = self._begun(self._held)
        yield from self._decoded(data)

    def finish(self) -> Iterator[bytes]:
        if self._held is not None:
            yield from self._decoded(self._begun(self._held))
        if self._members and not self._members.whole:
            raise CutShort(f"a {self._members.coding} body without its end")

    def _begun(self, head: bytes) -> bytes:
        coding = _coding_of(self._name, head)
        self.mislabelled = bool(self._name) and not coding
        self._members = _Members(coding, head) if coding else None
        self._held = None
        return head

    def _decoded(self, data: bytes) -> Iterator[bytes]:
        for piece in self._members.feed(data) if self._members else (data,):
            self._left -= len(piece)
            if self._left < 0:
                raise Bomb(f"decodes to over {self._limit:,} bytes")
            yield piece


class _Members:
    """Streams of one coding one after the other, as gzip and zstd allow; what follows them is padding."""

    def __init__(self, coding: str, head: bytes) -> None:
        self.coding = coding
        self._current = _unpacker(coding, head)
        self._count = 1
        self._held = b""
        """Behind a member: too few bytes to tell whether another one begins."""
        self._over = False

    @property
    def whole(self) -> bool:
        return self._over or (self._current.ended and not self._held)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._over:
            if self._current.ended:
                data = self._next(self._held + data)
                continue
            try:
                yield from self._current.unpack(data)
            except Damaged as error:
                raise Damaged(f"damaged {self.coding}: {error}") from None
            data = self._current.rest if self._current.ended else b""

    def _next(self, data: bytes) -> bytes:
        """What is to be unpacked next, if another member begins."""
        magics = _MAGIC.get(self.coding, ())
        begins = data.startswith(magics)
        self._held = data if not begins and any(magic.startswith(data) for magic in magics) else b""
        self._over = not (begins or self._held)
        if not begins:
            return b""
        self._count += 1
        if self._count > MAX_MEMBERS:
            raise Bomb(f"more than {MAX_MEMBERS:,} {self.coding} streams in a row")
        self._current = _unpacker(self.coding, data)
        return data


def _coding_of(name: str, head: bytes) -> str:
    """The coding that a body is really under, by its first bytes; empty where it is as it is."""
    if name != "br" and (head.startswith(_GZIP) or head == _GZIP[:1]):
        return "gzip"
    if name in _MAGIC:
        return name if any(head.startswith(magic) or magic.startswith(head) for magic in _MAGIC[name]) else ""
    return "" if _reads_as_text(head) else name


def _reads_as_text(head: bytes) -> bool:
    """Whether nothing compressed begins like this: markup or JSON, and no control character in it."""
    if head.startswith(_UTF16_MARKS):
        return True
    text = head.removeprefix(BOM_UTF8).lstrip()
    return len(head) >= _ENOUGH_TEXT and text.startswith((b"<", b"{")) and not _CONTROL.search(head)


def _unpacker(coding: str, head: bytes) -> Unpacker:
    match coding:
        case "br":
            return Brotli()
        case "zstd":
            return Zstandard()
        case "deflate":  # without its wrapper it is as common as with it
            cmf_flg = int.from_bytes(head[:2], "big")  # RFC 1950, 2.2
            wrapped = cmf_flg >> 8 & 0x0F == 8 and cmf_flg % 31 == 0
            return Inflater(ZLIB if wrapped else RAW_DEFLATE)
        case _:
            return Inflater(GZIP)


def decode(body: bytes, encoding: str, limit: int) -> bytes:
    """A whole body decoded. Raises `Unsupported`, `Bomb`, `Damaged` or `CutShort`."""
    decoder = Decoder(encoding, limit)
    return decoder.feed(body) + decoder.finish()


def beginning(body: bytes, encoding: str, size: int) -> bytes:
    """About `size` decoded bytes of a body's beginning, or fewer: what is cut, damaged or a bomb ends it."""
    try:
        decoder = Decoder(encoding, size + _SLACK)
    except Unsupported:
        return b""
    decoded = b""
    with suppress(Bomb, Damaged, CutShort):
        for start in range(0, len(body), _SLICE):
            decoded += decoder.feed(body[start : start + _SLICE])
            if len(decoded) >= size:
                return decoded
        decoded += decoder.finish()
    return decoded
