"""Readings into article records: ids by hash, credits, and nothing the reading did not say."""

from collections.abc import Sequence
from datetime import datetime

from services.contracts import ids
from services.contracts.articles import Article
from services.contracts.feeds import Feed
from services.ingest.credits.attribution import credits_of
from services.ingest.readings import ArchiveReading, Entry, PageReading, ParsedPage
from services.ingest.text.language import settle
from services.ingest.urls import canonical, canonical_of_page


def from_archive(reading: ArchiveReading) -> Article:
    """`url` stays as the archive has it, so that its owner finds it again; identity is canonical."""
    return _article(
        identity=reading.canonical_url,
        url=reading.url,
        source=reading.source,
        feed=reading.feed,
        title=reading.title,
        text=reading.text,
        language=reading.language,
        first_seen_at=reading.at,
        published_at=reading.published_at,
    )


def from_page(
    reading: PageReading,
    page: ParsedPage,
    *,
    source: str,
    feed: str,
    title: str = "",
    published_at: datetime | None = None,
    also_in: Sequence[str] = (),
) -> Article | None:
    """`title` and `published_at` are the feed's and fill gaps of the page. None where no URL is usable."""
    fetched = reading.final_url or reading.url
    url = canonical_of_page(fetched, page.canonical_url)
    if url is None:
        return None
    return _article(
        identity=url,
        url=url,
        source=source,
        feed=feed,
        title=page.title or title,
        text=page.text,
        language=page.language,
        first_seen_at=reading.at,
        published_at=page.published_at or published_at,
        also_in=also_in,
        fetched_url=fetched,
    )


def from_entry(
    entry: Entry, feed: Feed, *, language: str, first_seen_at: datetime, also_in: Sequence[str] = ()
) -> Article | None:
    """An article whose text the feed carries. None where no URL is usable."""
    url = canonical(entry.url)
    if url is None:
        return None
    text = entry.content or entry.summary
    return _article(
        identity=url,
        url=url,
        source=feed.source,
        feed=feed.url,
        title=entry.title,
        text=text,
        language=settle(feed.language or language, entry.title, text),
        first_seen_at=first_seen_at,
        published_at=entry.published_at,
        also_in=also_in,
        fetched_url=entry.url,
    )


def _article(
    *,
    identity: str,
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
) -> Article:
    article = ids.article_id(identity)
    named = credits_of(title, text, source)
    return Article(
        article_id=article,
        version_id=ids.version_id(article, title, text),
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
    )
