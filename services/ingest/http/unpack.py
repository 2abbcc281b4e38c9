"""Compressed streams undone a piece at a time: whatever goes in, a piece that comes out is small.

HTTP libraries unpack first and count later: 495 bytes of doubly gzipped nothing become 200 MB in one chunk.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli
from backports import zstd

PIECE = 1 << 16
"""Bytes that come out at once, about."""
_WINDOW_LOG = 23
"""A zstd frame that asks for a window of more than 8 MiB is not for HTTP (RFC 9659)."""
GZIP = 31
ZLIB = 15
RAW_DEFLATE = -15


class Damaged(Exception):
    """The bytes are not of the coding they claim."""


class Unpacker(Protocol):
    """One compressed stream: a member of a gzip file, a frame of zstd."""

    @property
    def ended(self) -> bool:
        """Whether the stream said that it is whole."""

    @property
    def rest(self) -> bytes:
        """What came behind its end."""

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Raises `Damaged`."""


class Inflater:
    """gzip and both kinds of deflate."""

    def __init__(self, window: int) -> None:
        self._inflater = zlib.decompressobj(window)

    @property
    def ended(self) -> bool:
        return self._inflater.eof

    @property
    def rest(self) -> bytes:
        return self._inflater.unused_data

    def unpack(self, data: bytes) -> Iterator[bytes]:
        full = True
        while (data or full) and not self.ended:
            try:
                piece = self._inflater.decompress(data, PIECE)
            except zlib.error as error:
                raise Damaged(str(error).rpartition(": ")[2]) from None
            yield piece
            data, full = self._inflater.unconsumed_tail, len(piece) == PIECE


class Brotli:
    """A `br` body is one stream; bytes behind its end are damage to the library."""

    rest = b""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    @property
    def ended(self) -> bool:
        return bool(self._decompressor.is_finished())

    def unpack(self, data: bytes) -> Iterator[bytes]:
        piece: bytes = b"begin"
        while piece and not self.ended:  # the end of a stream may come after its last byte has come out
            try:
                piece = self._decompressor.process(data, output_buffer_limit=PIECE)
            except brotli.error:
                raise Damaged("the decoder failed") from None
            yield piece
            data = b""


class Zstandard:
    """A frame of zstd, also one that is to be skipped."""

    def __init__(self) -> None:
        options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
        self._decompressor = zstd.ZstdDecompressor(options=options)

    @property
    def ended(self) -> bool:
        return self._decompressor.eof

    @property
    def rest(self) -> bytes:
        return self._decompressor.unused_data

    def unpack(self, data: bytes) -> Iterator[bytes]:
        try:
            yield self._decompressor.decompress(data, PIECE)
            while not (self._decompressor.eof or self._decompressor.needs_input):
                yield self._decompressor.decompress(b"", PIECE)
        except zstd.ZstdError as error:
            raise Damaged(str(error).rpartition(": ")[2]) from None
