"""Entries of any feed format, made in one place: keys, digests, caps and absolute links."""

from datetime import datetime
from urllib.parse import urljoin

from services.ingest.keys import digest, entry_key
from services.ingest.readings import Entry, ParsedFeed, Refusal
from services.ingest.urls import MAX_LENGTH, canonical, without_login

MAX_ENTRIES = 2_000
MAX_TEXT = 200_000
"""Characters kept of one entry's content."""
MAX_TITLE = 1_000


def refused(refusal: Refusal, reason: str) -> ParsedFeed:
    return ParsedFeed(refusal=refusal, reason=reason)


def entry(
    *,
    base: str,
    link: str,
    id: str = "",  # noqa: A002 - the formats' word
    headline: str,
    summary: str = "",
    content: str = "",
    published_at: datetime | None = None,
    updated: str = "",
) -> Entry:
    """An entry of any format. `headline`, `summary` and `content` are plain text already."""
    url = _http(urljoin(base, link.strip())) if link else ""
    # feedparser gives the content as summary where there is none.
    summary = "" if content == summary else summary[:MAX_TEXT]
    content = content[:MAX_TEXT]
    return Entry(
        key=entry_key(url)
        if url
        else digest("id", id)
        if id
        else digest("content", headline, summary, content),
        digest=digest(headline, summary, content, updated),
        url=url,
        title=headline[:MAX_TITLE],
        summary=summary,
        content=content,
        published_at=published_at,
    )


def _http(url: str) -> str:
    return without_login(url) if len(url) <= MAX_LENGTH and canonical(url) else ""
