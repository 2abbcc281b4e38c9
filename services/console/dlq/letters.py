"""What a dead letter says: why it died, where it came from, and what it was before. Pure.

The run loop puts five `dl_*` headers behind those a record came with; everything before them is the
record's own. A record that is sent again carries one more, `dl_replay`, which names its dead letter;
so a letter that dies twice tells of both deaths, and the log itself remembers what was sent again.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.console.record_lines import time_of
from services.contracts.topics import EVERY, Topic
from services.stream import dead_letters
from services.stream.bus import Headers, Output, Partition, Record

REPLAY = "dl_replay"
"""Header of a record that was sent again: topic, partition and offset of its dead letter."""
NAME = "dl_name"
"""Header of a letter that came from another log: its name there, which its replays carry."""
FIRST = "dl_reason"
"""The first of the headers of a death."""
_POSITION = re.compile(r"(?P<topic>[a-z.-]+)/(?P<number>\d{1,9})/(?P<offset>\d{1,19})")


class RecordPosition(NamedTuple):
    """A record's partition and offset."""

    partition: Partition
    offset: int

    def __str__(self) -> str:
        return f"{self.partition.topic}/{self.partition.number}/{self.offset}"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter without its value."""

    service: str
    offset: int
    reason: str
    detail: str
    origin: str
    """Topic, partition and offset; or file and line, or feed and page."""
    time: datetime
    size: int
    """Bytes of the value as it came."""
    key: bytes | None
    moved_as: str = ""
    """Its name on the log it was moved from."""

    @property
    def name(self) -> str:
        """How its replay names it."""
        return self.moved_as or f"{dead_letters.topic_of(self.service)}/0/{self.offset}"

    def source(self) -> RecordPosition | None:
        """The record it was; None where it came from a file or a feed."""
        return parse_position(self.origin)


def parse_position(origin: str) -> RecordPosition | None:
    """None where it is no place in a topic of the table."""
    found = _POSITION.fullmatch(origin)
    if found is None or found["topic"] not in EVERY:
        return None
    return RecordPosition(Partition(found["topic"], int(found["number"])), int(found["offset"]))


def read(record: Record) -> Letter:
    """Of a record in a topic of dead letters, whoever wrote it."""
    # What stands before its last death is the record's own, whatever it is called.
    why = _last_values(record.headers[len(own_headers(record)) :] or record.headers)
    return Letter(
        service=record.partition.topic.removeprefix(dead_letters.PREFIX),
        offset=record.offset,
        reason=why.get(FIRST, "unknown"),
        detail=why.get("dl_detail", ""),
        origin=why.get("dl_origin", ""),
        time=time_of(record),
        size=len(record.value or b""),
        key=record.key,
        moved_as=why.get(NAME, ""),
    )


def own_headers(record: Record) -> Headers:
    """The headers the record had before its last death."""
    names = [name for name, _ in record.headers]
    deaths = [place for place, name in enumerate(names) if name == FIRST]
    return record.headers[: deaths[-1]] if deaths else record.headers


def replay_output(record: Record, target: Partition) -> Output:
    """The record as it was, for the partition it came from, and which dead letter it was meanwhile."""
    name = read(record).name.encode()
    return Output(target, record.key, record.value, (*own_headers(record), (REPLAY, name)))


def replayed_letter(record: Record) -> str | None:
    """The dead letter a record was sent again from."""
    return _last_values(record.headers).get(REPLAY)


def topic_of(place: RecordPosition) -> Topic:
    return EVERY[place.partition.topic]


def _last_values(headers: Headers) -> Mapping[str, str]:
    """By name; of a name that comes twice the last."""
    return {name: value.decode("utf-8", "replace") for name, value in headers if name.startswith("dl_")}
