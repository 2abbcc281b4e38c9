"""A recording played several times in a row: each round as much later as the recording is long. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from services.contracts import wire
from services.contracts.articles import Article, Withdrawal
from services.ingest import articles
from services.ingest.readings import (
    ArchiveReading,
    FeedReading,
    PageReading,
    Reading,
    RecordReading,
    SightingReading,
)
from services.ingest.recordings.source import Item, Source


class Rounds(NamedTuple):
    """How often everything is played, and how far apart."""

    number: float
    """`inf`: without end."""
    length: timedelta
    """From the begin of a round to the begin of the next."""

    def place(self, position: int, total: int) -> tuple[int, int]:
        """Round and place in it of an item's number; behind the last item is the end of the last round."""
        if not total:
            return 0, 0
        number, place = divmod(position, total)
        return (number, place) if number < self.number else (number - 1, place + total)

    def shift(self, number: int) -> timedelta:
        return number * self.length

    def moved(self, item: Item, number: int) -> Item:
        """An item as it is seen in a later round."""
        if not number:
            return item
        by = self.shift(number)
        return Item(item.at + by, _later(item.reading, by))


def length_of(sources: Iterable[Source]) -> timedelta:
    """From the moment before the first item to the last; of opened sources."""
    bounds = [(begin, end) for one in sources if (begin := one.quiet_until(0)) and (end := _end(one))]
    if not bounds:
        return timedelta(0)
    return max(end for _, end in bounds) - min(begin for begin, _ in bounds)


def _end(source: Source) -> datetime | None:
    return source.quiet_until(source.total)


def _later(reading: Reading, by: timedelta) -> Reading:
    match reading:
        case SightingReading():
            record: Article | Withdrawal = (
                wire.decode(Withdrawal, reading.value)
                if reading.withdrawn
                else wire.decode(Article, reading.value)
            )
            return articles.encoded(_later_record(record, by))
        case RecordReading():
            return replace(reading, record=_later_record(reading.record, by))
        case ArchiveReading() | PageReading() | FeedReading():
            return replace(reading, at=reading.at + by)
        case _:
            return reading


def _later_record(record: Article | Withdrawal, by: timedelta) -> Article | Withdrawal:
    if isinstance(record, Withdrawal):
        return replace(record, at=record.at + by)
    absent_at = record.absent_at + by if record.absent_at else None
    return replace(record, first_seen_at=record.first_seen_at + by, absent_at=absent_at)
