"""Records and views as they lie in the read model: JSON, compressed where that saves room. Pure."""

from typing import Final, TypeVar, cast

import msgspec
from backports import zstd

from services.desk.decoders import decoder_of

T = TypeVar("T", bound=msgspec.Struct)
SMALL: Final = 1500
_ENCODER = msgspec.json.Encoder()
_COMPRESSOR = zstd.ZstdCompressor(level=1)
"""Made once: making it takes as long as packing a text. It locks itself."""


def pack(record: msgspec.Struct) -> bytes:
    return pack_json(_ENCODER.encode(record))


def pack_json(value: bytes) -> bytes:
    """Of what is JSON already."""
    return _COMPRESSOR.compress(value, _COMPRESSOR.FLUSH_FRAME) if len(value) > SMALL else value


def unpack(kind: type[T], body: bytes) -> T:
    value = body if body.startswith(b"{") else zstd.decompress(body)
    return cast(T, decoder_of(kind).decode(value))
