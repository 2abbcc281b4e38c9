"""Bodies under every content coding, as servers and recorders pack them."""

import gzip
import zlib
from collections.abc import Callable, Mapping

import brotli
from backports import zstd

Pack = Callable[[bytes], bytes]


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKED: Mapping[str, tuple[str, Pack]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "unlabelled gzip": ("", gzip.compress),
    "gzip called deflate": ("deflate", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without its wrapper": ("deflate", raw_deflate),
    "br": ("br", lambda body: bytes(brotli.compress(body, quality=5))),
    "zstd": ("zstd", zstd.compress),
    "gzip in gzip": ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "a .gz file in gzip": ("gzip", lambda body: gzip.compress(gzip.compress(body))),
    "br in gzip": ("br, gzip", lambda body: gzip.compress(brotli.compress(body, quality=5))),
    "gzip beside words that are no coding": ("identity, UTF-8, gzip;q=1", gzip.compress),
}
"""Name to Content-Encoding and the function that packs."""


def chunked(body: bytes, size: int = 700) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
