"""Content-Encoding undone within a bound.

HTTP libraries inflate first and count later: 495 bytes of doubly gzipped nothing become 200 MB in one
chunk. Here every call is told how much may come out, and encodings on top of each other are refused.
"""

import zlib

_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_RAW_DEFLATE = -15


class Unsupported(Exception):
    """An encoding that was not asked for, or several of them."""


class Bomb(Exception):
    """More comes out than is allowed."""


class Damaged(Exception):
    """The bytes are not of the encoding they claim."""


class Decoder:
    """Decodes one body piece by piece into at most `limit` bytes. Raises `Unsupported` at once."""

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", *_WINDOW}:
            raise Unsupported(
                f"Content-Encoding {encoding[:80]!r}: only one layer of gzip or deflate is taken"
            )
        self._window = _WINDOW.get(name)
        self._inflater = zlib.decompressobj(self._window) if self._window else None
        self._started = False
        self._left = limit

    def feed(self, data: bytes) -> bytes:
        """The decoded form of the next bytes. Raises `Bomb` or `Damaged`."""
        if self._inflater is None:
            return self._counted(data)
        pieces = []
        while data:
            piece = self._counted(self._inflated(data))
            pieces.append(piece)
            if self._inflater.eof and self._inflater.unused_data:  # the next member of a gzip file
                data = self._next_member(self._inflater.unused_data)
            else:
                data = self._inflater.unconsumed_tail
        return b"".join(pieces)

    def _inflated(self, data: bytes) -> bytes:
        assert self._inflater is not None
        try:
            piece = self._inflater.decompress(data, self._left + 1)
        except zlib.error as error:
            if self._started or self._window != _WINDOW["deflate"]:
                raise Damaged(f"not what Content-Encoding says: {error}") from None
            self._window = _RAW_DEFLATE  # "deflate" without its zlib wrapper is as common as with it
            self._inflater = zlib.decompressobj(_RAW_DEFLATE)
            return self._inflated(data)
        self._started = True
        return piece

    def _next_member(self, rest: bytes) -> bytes:
        if self._window != _WINDOW["gzip"] or not rest.startswith(b"\x1f\x8b"):
            return b""  # padding behind the end is ignored, as gzip does
        self._inflater = zlib.decompressobj(self._window)
        return rest

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise Bomb("decodes to more than is allowed")
        return piece


def decode(body: bytes, encoding: str, limit: int) -> bytes:
    """A whole body decoded. Raises `Unsupported`, `Bomb` or `Damaged`."""
    return Decoder(encoding, limit).feed(body)
