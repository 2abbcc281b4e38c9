"""Records and views as they lie in the read model: JSON, compressed. Pure."""

import zlib
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
_ENCODER = msgspec.json.Encoder()


def pack(record: msgspec.Struct) -> bytes:
    return zlib.compress(_ENCODER.encode(record), 1)


def pack_json(value: bytes) -> bytes:
    """Of what is JSON already."""
    return zlib.compress(value, 1)


def unpack(kind: type[T], body: bytes) -> T:
    return cast(T, _decoder(kind).decode(zlib.decompress(body)))


@cache
def _decoder(kind: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
