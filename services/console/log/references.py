"""Records that name offsets of other records, and what becomes of them when the log moves. Pure.

Offsets change in a move. dedup's clock says up to which offset of `articles` it has come; a dead letter
where it came from: both are told the new one. A record that was sent again names its dead letter by an
offset too, and either may come first; so those keep their old names, marked, and a moved letter carries
its own.
"""

import msgspec
from msgspec.structs import replace

from services.console.dlq import letters
from services.console.dlq.letters import NAME, REPLAY, RecordPosition
from services.console.scan import is_a
from services.contracts.sketches import ShardClock
from services.contracts.topics import ROLES, SPREAD, TOPICS
from services.stream import dead_letters
from services.stream.bus import Headers, Output, Partition, Record
from services.stream.moving import PlacesByPartition

REFERRING = ("dedup-state", *(topic.name for topic in TOPICS if topic.name.startswith(dead_letters.PREFIX)))
"""Topics to be moved after those they refer to."""
LEFT = (*(topic.name for topic in SPREAD), *(f"newsfold-{role}" for role in ROLES))
"""Topics and groups of a spread dedup, which stay: their blocks name offsets, and roles without them begin
with what `articles` has."""
_OLD = "moved:"


def rewrite(record: Record, found: PlacesByPartition) -> Output:
    """The record as it is where the log moved to; byte for byte, unless it names an offset."""
    output = Output(record.partition, record.key, record.value, record.headers, record.timestamp_us)
    if record.partition.topic == "dedup-state" and is_a(record, ShardClock):
        return replace(output, value=_rewrite_clock(record, found))
    if record.partition.topic.startswith(dead_letters.PREFIX):
        return replace(output, headers=_rewrite_letter(record, found))
    if any(name == REPLAY for name, _ in record.headers):
        return replace(output, headers=tuple(_mark_replays(record.headers)))
    return output


def _rewrite_clock(record: Record, found: PlacesByPartition) -> bytes:
    # As a plain object, so that fields of a newer version go along.
    told = msgspec.json.decode(record.value or b"")
    told["taken"] = found[Partition("articles", record.partition.number)].new_offset(told["taken"])
    return msgspec.json.encode(told)


def _rewrite_letter(record: Record, found: PlacesByPartition) -> Headers:
    headers = [
        (name, _new_origin(value, found) if name == "dl_origin" else value)
        for name, value in _mark_replays(record.headers)
        if name != NAME
    ]
    return (*headers, (NAME, _old_name(letters.read(record).name.encode())))


def _mark_replays(headers: Headers) -> list[tuple[str, bytes]]:
    return [(name, _old_name(value) if name == REPLAY else value) for name, value in headers]


def _old_name(name: bytes) -> bytes:
    return _OLD.encode() + name


def _new_origin(origin: bytes, found: PlacesByPartition) -> bytes:
    place = letters.parse_position(origin.decode("utf-8", "replace"))
    if place is None or place.partition not in found:
        return origin
    return str(RecordPosition(place.partition, found[place.partition].new_offset(place.offset))).encode()
