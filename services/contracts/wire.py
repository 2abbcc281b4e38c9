"""Structs to bytes and back, with CloudEvents 1.0 headers in binary mode.

https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/kafka-protocol-binding.md, 3.2:
attributes travel as `ce_*` headers, the value is the bare JSON, a tombstone stays a null value. What carries
bytes between stages is bare MessagePack of the same fields.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from typing import TypeVar, cast

import msgspec

from services.contracts.spread import StageBlock
from services.contracts.topics import SPREAD, TOPICS

T = TypeVar("T", bound=msgspec.Struct)
Header = tuple[str, bytes]
Headers = tuple[Header, ...]

_TYPES = {kind.__name__: kind for topic in (*TOPICS, *SPREAD) for kind in topic.types}
PACKED = frozenset({StageBlock})
"""What is written as MessagePack, where bytes stay what they are; it may be read as JSON, too."""


class _PackedDecoder:
    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._packed, self._json = msgspec.msgpack.Decoder(kind), msgspec.json.Decoder(kind)

    def decode(self, value: bytes) -> msgspec.Struct:
        return self._json.decode(value) if value.startswith(b"{") else self._packed.decode(value)


_DECODERS = {
    name: _PackedDecoder(kind) if kind in PACKED else msgspec.json.Decoder(kind)
    for name, kind in _TYPES.items()
}
_ENCODER, _PACKER = msgspec.json.Encoder(), msgspec.msgpack.Encoder()
_CE_TYPE = {name: f"newsfold.{name}.v1".encode() for name in _TYPES}
_NAME_OF = {ce_type: name for name, ce_type in _CE_TYPE.items()}
_TIMES_AT_HAND = 1024  # what is told of one article has one time
_MICROSECOND = 1_000_000


class UnknownType(ValueError):
    """A record whose `ce_type` header names no type of ours."""


def ce_type(kind: type[msgspec.Struct]) -> str:
    """The CloudEvents type of a record of ours."""
    return _CE_TYPE[kind.__name__].decode()


def encode(record: msgspec.Struct) -> bytes:
    return (_PACKER if type(record) in PACKED else _ENCODER).encode(record)


def content_type(kind: type[msgspec.Struct]) -> str:
    return "application/msgpack" if kind in PACKED else "application/json"


def decode(kind: type[T], value: bytes) -> T:
    """Raises `msgspec.ValidationError` or `msgspec.DecodeError` (its base: `msgspec.MsgspecError`)."""
    return cast(T, _DECODERS[kind.__name__].decode(value))


def as_json(kind: type[msgspec.Struct], value: bytes) -> bytes:
    """What a record says, for whoever reads JSON. Raises `msgspec.MsgspecError`."""
    return _ENCODER.encode(decode(kind, value)) if kind in PACKED else value


def headers(record: msgspec.Struct, *, id: str, source: str, time: datetime) -> Headers:  # noqa: A002 - the spec's word
    """CloudEvents attributes of a record. `id` is a hash, so a repeated record has an equal `ce_id`."""
    return headers_of(type(record), id=id, source=source, time=time)


def headers_of(kind: type[msgspec.Struct], *, id: str, source: str, time: datetime) -> Headers:  # noqa: A002
    """The same, of a record that is encoded already."""
    version, type_, origin, form = _same_headers(kind, source)
    return version, type_, origin, ("ce_id", id.encode()), _ce_time(time, time.tzinfo), form


@lru_cache(maxsize=_TIMES_AT_HAND)
def _ce_time(at: datetime, _: tzinfo | None) -> Header:
    """Equal moments of two zones are written in two ways."""
    return "ce_time", at.isoformat().replace("+00:00", "Z").encode()


@lru_cache(maxsize=_TIMES_AT_HAND)
def microseconds(at: datetime) -> int:
    """Since 1970: the time stamp of a record."""
    return round(at.timestamp() * _MICROSECOND)


@cache
def _same_headers(kind: type[msgspec.Struct], source: str) -> tuple[Header, Header, Header, Header]:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", _CE_TYPE[kind.__name__]),
        ("ce_source", f"/newsfold/{source}".encode()),
        ("content-type", content_type(kind).encode()),
    )


def type_of(attributes: Mapping[str, bytes]) -> type[msgspec.Struct]:
    """The struct type a record's headers name."""
    try:
        return _TYPES[_NAME_OF[attributes["ce_type"]]]
    except KeyError:
        raise UnknownType(f"ce_type {attributes.get('ce_type')!r} is not one of {sorted(_TYPES)}") from None


def kind_of(headers: Headers) -> type[msgspec.Struct] | None:
    """The struct type that headers name; None where it is none of ours."""
    for name, value in headers:
        if name == "ce_type":
            return _TYPES.get(_NAME_OF.get(value, ""))
    return None


def read(attributes: Mapping[str, bytes], value: bytes) -> msgspec.Struct:
    """Decode a record by the type its headers name."""
    return decode(type_of(attributes), value)
