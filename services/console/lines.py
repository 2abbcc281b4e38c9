"""Records as the lines of an export: what the wire leaves out as a default is written out here."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from services.contracts.relations import Relation, Verdict

_DIGITS = re.compile(r"\d+")
_UNSORTABLE = re.compile("[\x00\n]")
_ENCODER = msgspec.json.Encoder()


def line_of(content: object) -> bytes:
    return _ENCODER.encode(content)


def whole(record: msgspec.Struct) -> bytes:
    """Every field of the record, defaults included."""
    return line_of(msgspec.structs.asdict(record))


def relation_lines(verdict: Verdict) -> Iterator[tuple[Relation, bytes]]:
    """Each relation of a verdict and its line."""
    for relation in verdict.relations:
        yield relation, line_of(_relation(verdict, relation))


def _relation(verdict: Verdict, relation: Relation) -> dict[str, Any]:
    return {
        "url": verdict.url,
        **{name: value for name, value in msgspec.structs.asdict(relation).items() if name != "passages"},
        "article_id": verdict.article_id,
        "version_id": verdict.version_id,
        "source": verdict.source,
        "language": verdict.language,
        "first_seen_at": verdict.first_seen_at,
        "story_id": verdict.story_id,
        "late": verdict.late,
        "passages": relation.passages,
    }


def screened_line(verdict: Verdict) -> bytes:
    return line_of(
        {
            "url": verdict.url,
            "reason": verdict.reason,
            "detail": verdict.detail,
            "article_id": verdict.article_id,
            "source": verdict.source,
            "language": verdict.language,
            "first_seen_at": verdict.first_seen_at,
        }
    )


def time_key(at: datetime, *ids: str) -> bytes:
    """Sorts as (time, ids) do: fixed width down to the microsecond, UTC."""
    return "\x01".join((at.astimezone(UTC).isoformat(timespec="microseconds"), *ids)).encode()


def revision_key(story_id: str, revision: int) -> bytes:
    return f"{story_id}\x01{revision:012d}".encode()


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
    return _UNSORTABLE.sub(" ", f"{service}\x01{order}").encode(), line_of(content)
