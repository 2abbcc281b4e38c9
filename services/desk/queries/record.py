"""One record as it lies on the log: what it is, and what of it may be shown. Pure."""

from typing import Final

import msgspec

from services.contracts import wire
from services.contracts.articles import Article, Withdrawal
from services.contracts.events import Event, Storyline
from services.contracts.relations import Verdict
from services.contracts.stories import Story, StoryChange
from services.desk import addresses, rights
from services.desk.store.moments import moment_or_none
from services.desk.views.frame import Link, Texts
from services.desk.views.record import Badge, HeaderRow, RecordPage
from services.stream.bus import Record

LARGEST: Final = 1 << 20
"""Bytes of a value that are shown; a larger one is told by its size."""
UNDECODABLE: Final = 20_000
"""Bytes shown of what is no JSON."""
MOST_HEADERS: Final = 64


def record_page(record: Record, texts: Texts, *, before: int | None, behind: int | None) -> RecordPage:
    """`before`, `behind`: offsets of its neighbours in the partition, where there are any."""
    topic, partition = record.partition
    badge, value = _value(record, texts)
    kind = wire.kind_of(record.headers)
    return RecordPage(
        topic=topic,
        partition=partition,
        offset=record.offset,
        key=None if record.key is None else record.key.decode("utf-8", "replace"),
        type=kind.__name__ if kind else "",
        at=moment_or_none(record.timestamp_us or None),
        headers=tuple(_header(*header, texts=texts) for header in record.headers[:MOST_HEADERS]),
        badge=badge,
        size=len(record.value or b""),
        value=value,
        previous=None if before is None else _link(topic, partition, before),
        next=None if behind is None else _link(topic, partition, behind),
        about=_about(record, kind),
    )


def _link(topic: str, partition: int, offset: int) -> Link:
    return Link(label=str(offset), href=addresses.record(topic, partition, offset))


def _value(record: Record, texts: Texts) -> tuple[Badge, str]:
    value = record.value
    if value is None:
        return "null", ""
    if not value:
        return "empty", ""
    if not rights.is_told(record.partition.topic, texts):
        return "withheld", ""
    if len(value) > LARGEST:
        return "too-large", ""
    try:
        return "value", msgspec.json.format(value.decode(), indent=2)
    except (UnicodeDecodeError, msgspec.DecodeError):
        return "undecodable", value[:UNDECODABLE].decode("utf-8", "replace")


def _header(name: str, value: bytes, *, texts: Texts) -> HeaderRow:
    """What a dead letter says of its input may quote it."""
    if texts != "full" and name == "dl_detail":
        return HeaderRow(name=name, value="(withheld)")
    try:
        return HeaderRow(name=name, value=value.decode())
    except UnicodeDecodeError:
        return HeaderRow(name=name, value=value.decode("utf-8", "replace"), undecodable=True)


def _about(record: Record, kind: type[msgspec.Struct] | None) -> Link | None:
    key = (record.key or b"").decode("utf-8", "replace")
    if kind in (Story, StoryChange):
        return Link(label="story", href=addresses.story(key))
    if kind in (Article, Withdrawal, Verdict):
        return Link(label="article", href=addresses.article(key))
    if kind is Event:
        return Link(label="event", href=addresses.event(key))
    if kind is Storyline:
        return Link(label="storyline", href=addresses.storyline(key))
    return None
