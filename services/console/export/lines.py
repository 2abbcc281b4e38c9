"""Records as the lines of an export, and the keys that put them in order."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast, get_args

import msgspec

from services.console.feeds.census import Followed
from services.console.feeds.rows import whole_row
from services.contracts.relations import Refusal, Relation, Verdict

_DIGITS = re.compile(r"\d+")
_UNSORTABLE = re.compile("[\x00\n]")
_ENCODER = msgspec.json.Encoder()
_SEPARATOR = b"\x01"
_IDS = _SEPARATOR.decode()
T = TypeVar("T", bound=msgspec.Struct)


class Position(NamedTuple):
    """Where in its topic a record lies."""

    partition: int
    offset: int


def whole(record: msgspec.Struct) -> bytes:
    """The line of a record that `whole_of` gave."""
    return _ENCODER.encode(record)


def whole_of(kind: type[T], value: bytes) -> T:
    """A record as read from the wire, that is written with every field, also where it is the default.

    Raises `msgspec.MsgspecError`.
    """
    return cast(T, _whole_decoder(kind).decode(value))


@cache
def _whole_decoder(kind: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    """Of a twin of the type: the same fields, none left out. What it nests stays as it lies on the wire."""
    fields = [_whole_field(field) for field in msgspec.structs.fields(kind)]
    return msgspec.json.Decoder(msgspec.defstruct(kind.__name__, fields, frozen=True, kw_only=True))


def _whole_field(field: msgspec.structs.FieldInfo) -> tuple[str, Any, Any]:
    """Name, type and default. Records are nested unread: most of a story's bytes are of its members."""
    nests = _nests(field.type)
    type_ = msgspec.Raw if nests else field.type
    if field.required:
        return field.name, type_, msgspec.field()
    if nests:
        return field.name, type_, msgspec.field(default=msgspec.Raw(_ENCODER.encode(_default(field))))
    if field.default_factory is not msgspec.NODEFAULT:
        return field.name, type_, msgspec.field(default_factory=field.default_factory)
    return field.name, type_, msgspec.field(default=field.default)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _nests(type_: Any) -> bool:
    is_record = isinstance(type_, type) and issubclass(type_, msgspec.Struct)
    return is_record or any(map(_nests, get_args(type_)))


def relation(verdict: Verdict, relation: Relation) -> bytes:
    """A relation with both addresses and what the verdict says of its article; the passages last."""
    numbers = msgspec.structs.asdict(relation)
    passages = numbers.pop("passages")
    return _ENCODER.encode(
        {
            "url": verdict.url,
            **numbers,
            "article_id": verdict.article_id,
            "version_id": verdict.version_id,
            "source": verdict.source,
            "language": verdict.language,
            "first_seen_at": verdict.first_seen_at,
            "story_id": verdict.story_id,
            "late": verdict.late,
            "passages": passages,
        }
    )


def screened(verdict: Verdict) -> bytes:
    """An article that was kept out of matching."""
    return _ENCODER.encode({**_of(verdict), "reason": verdict.reason, "detail": verdict.detail})


def refusal_line(verdict: Verdict, refusal: Refusal) -> bytes:
    """A pair that was looked at and is none; both articles may match others."""
    pair = {
        "other_url": refusal.other_url,
        "other_article_id": refusal.other_article_id,
        "other_version_id": refusal.other_version_id,
        "reason": refusal.reason,
        "detail": refusal.detail,
        "others": refusal.others,
    }
    return _ENCODER.encode({**_of(verdict), **pair})


def _of(verdict: Verdict) -> dict[str, object]:
    return {
        "url": verdict.url,
        "article_id": verdict.article_id,
        "version_id": verdict.version_id,
        "source": verdict.source,
        "language": verdict.language,
        "first_seen_at": verdict.first_seen_at,
    }


def dead_letter(service: str, told: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Key and line of a dead letter, from its headers. Lines of a file sort by number."""
    origin = told.get("dl_origin", "")
    order = _DIGITS.sub(lambda digits: digits.group().zfill(20), origin)
    content = {
        "service": service,
        "origin": origin,
        "reason": told.get("dl_reason", ""),
        "detail": told.get("dl_detail", ""),
    }
    return _UNSORTABLE.sub(" ", f"{service}\x01{order}").encode(), _ENCODER.encode(content)


def feed(one: Followed) -> tuple[bytes, bytes]:
    """Key and line of a feed. By address; a recording may hold one without any subscription."""
    row = whole_row(one)
    return _UNSORTABLE.sub(" ", f"{row['url']}\x01{row['feed_id']}").encode(), _ENCODER.encode(row)


def place_key(position: Position, at: datetime, *ids: str) -> bytes:
    """Sorts as (time, ids) do, fixed width down to the microsecond, UTC; with the record's position behind.

    See `position_in`.
    """
    time = at if at.tzinfo is UTC else at.astimezone(UTC)
    partition, offset = position
    stamp = time.isoformat(timespec="microseconds")
    return f"{stamp}\x01{_IDS.join(ids)}\x01{partition}\x01{offset}".encode()


def revision_key(story_id: str, revision: int) -> bytes:
    return f"{story_id}\x01{revision:012d}".encode()


def position_in(key: bytes) -> Position:
    _, partition, offset = key.rsplit(_SEPARATOR, 2)
    return Position(int(partition), int(offset))
