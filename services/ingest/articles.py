"""Readings into article records: ids by hash, credits, and nothing the reading did not say."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from services.contracts import ids, wire
from services.contracts.articles import Article, Withdrawal
from services.contracts.feeds import Feed
from services.ingest.credits.publishers import agency_of
from services.ingest.publishers import publisher
from services.ingest.readings import (
    ArchiveReading,
    Entry,
    PageReading,
    ParsedPage,
    RecordReading,
    SightingReading,
)
from services.ingest.text.language import settle
from services.ingest.urls import host_of

if TYPE_CHECKING:
    from services.ingest.credits.attribution import Credits


class Sight(NamedTuple):
    """What is known of when an article came, beside when it was first seen."""

    absent_at: datetime | None = None
    standing: bool = False


def from_archive(reading: ArchiveReading) -> Article:
    """`url` stays as the archive has it, so that its owner finds it again; identity is canonical."""
    return _article(
        article_id=ids.article_id(reading.canonical_url),
        url=reading.url,
        source=reading.source,
        feed=reading.feed,
        title=reading.title,
        text=reading.text,
        language=reading.language,
        first_seen_at=reading.at,
        published_at=reading.published_at,
    )


def sighting_in(reading: ArchiveReading | RecordReading | SightingReading) -> SightingReading:
    """What an archive says was seen, encoded."""
    if isinstance(reading, SightingReading):
        return reading
    return encoded(
        from_archive(reading) if isinstance(reading, ArchiveReading) else _from_record(reading.record)
    )


def encoded(record: Article | Withdrawal) -> SightingReading:
    return SightingReading(
        withdrawn=isinstance(record, Withdrawal),
        article_id=record.article_id,
        version_id=record.version_id,
        language=record.language,
        at=record.at if isinstance(record, Withdrawal) else record.first_seen_at,
        value=wire.encode(record),
    )


def _from_record(record: Article | Withdrawal) -> Article | Withdrawal:
    """Credits are those of today's rules; all else stays."""
    if isinstance(record, Withdrawal):
        return record
    named = _credits_of(record.title, record.text, record.source)
    return replace(
        record,
        agencies=named.agencies,
        cited=named.cited,
        agency=agency_of(record.source, publisher(host_of(record.url))),
    )


def from_page(
    reading: PageReading,
    page: ParsedPage,
    *,
    url: str,
    article_id: str,
    source: str,
    feed: str,
    title: str = "",
    published_at: datetime | None = None,
    also_in: Sequence[str] = (),
    sight: Sight = Sight(),  # noqa: B008 - frozen
    silent: bool = False,
) -> Article:
    """`url`: canonical. `title` and `published_at` are the feed's and fill gaps of the page."""
    return _article(
        article_id=article_id,
        url=url,
        source=source,
        feed=feed,
        title=page.title or title,
        text=page.text,
        language=page.language,
        first_seen_at=reading.at,
        published_at=page.published_at or published_at,
        also_in=also_in,
        fetched_url=reading.final_url or reading.url,
        sight=sight,
        silent=silent,
    )


def from_entry(
    entry: Entry,
    feed: Feed,
    *,
    url: str,
    article_id: str,
    source: str,
    language: str,
    first_seen_at: datetime,
    sight: Sight = Sight(),  # noqa: B008 - frozen
) -> Article:
    """An article whose text the feed carries. `article_id`: empty for that of `url`."""
    text = entry.content or entry.summary
    return _article(
        article_id=article_id or ids.article_id(url),
        url=url,
        source=source,
        feed=feed.url,
        title=entry.title,
        text=text,
        language=settle(feed.language or language, entry.title, text),
        first_seen_at=first_seen_at,
        published_at=entry.published_at,
        fetched_url=entry.url,
        sight=sight,
    )


def _article(
    *,
    article_id: str,
    url: str,
    source: str,
    feed: str,
    title: str,
    text: str,
    language: str,
    first_seen_at: datetime,
    published_at: datetime | None,
    also_in: Sequence[str] = (),
    fetched_url: str = "",
    sight: Sight = Sight(),  # noqa: B008 - frozen
    silent: bool = False,
) -> Article:
    named = _credits_of(title, text, source)
    return Article(
        article_id=article_id,
        version_id=ids.version_id(article_id, title, text),
        url=url,
        source=source,
        feed=feed,
        title=title,
        text=text,
        language=language,
        first_seen_at=first_seen_at,
        published_at=published_at,
        agencies=named.agencies,
        cited=named.cited,
        also_in=tuple(sorted(also_in)),
        fetched_url=fetched_url if fetched_url != url else "",
        absent_at=sight.absent_at,
        standing=sight.standing,
        agency=agency_of(source, publisher(host_of(url))),
        silent=silent,
    )


def _credits_of(title: str, text: str, source: str) -> "Credits":
    from services.ingest.credits.attribution import credits_of  # when it is needed: it takes its time

    return credits_of(title, text, source)
