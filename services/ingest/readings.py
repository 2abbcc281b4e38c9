"""What feeders bring: readings of the outside world, the only input of the pure core.

A reading says what was seen and when; nothing in it was decided. The same readings come from live HTTP,
from a recording and from an archive.
"""

from datetime import datetime
from typing import Literal

import msgspec

from services.ingest.http.exchange import Outcome

Refusal = Literal[
    "no_article",
    "not_html",
    "not_a_feed",
    "empty_body",
    "too_deep",
    "parse_error",
    "parse_timeout",
    "parse_crash",
]
"""Why a body that came through could not be used."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a feed document. All text is plain."""

    key: str
    """Hash of the canonical link, else of the id, else of title and content."""
    digest: str
    """Hash of everything the feed says of it that an editor may change."""
    url: str = ""
    """As linked, absolute, http(s); empty where there is none."""
    title: str = ""
    summary: str = ""
    content: str = ""
    """The feed's copy of the article where it sends more than a summary."""
    published_at: datetime | None = None


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed document as parsed; with a refusal there are no entries."""

    refusal: Refusal | None = None
    reason: str = ""
    title: str = ""
    language: str = ""
    """ISO 639-1 as declared, or empty."""
    ttl_s: int = 0
    """The publisher's wish for the time between polls; 0 is none."""
    entries: tuple[Entry, ...] = ()
    cut: int = 0
    """Entries beyond the cap, not looked at."""


class ParsedPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The article on a page; with a refusal there is no text."""

    refusal: Refusal | None = None
    reason: str = ""
    canonical_url: str = ""
    """What the page claims by `<link rel=canonical>`, absolute."""
    title: str = ""
    text: str = ""
    language: str = ""
    published_at: datetime | None = None


class FeedReading(msgspec.Struct, frozen=True, kw_only=True):
    """A poll of a feed. Without `parsed` there was no body to look at (304, failure, equal body)."""

    feed_id: str
    url: str
    at: datetime
    outcome: Outcome
    reason: str = ""
    etag: str = ""
    last_modified: str = ""
    max_age_s: int = 0
    retry_after_s: int = 0
    body_digest: str = ""
    parsed: ParsedFeed | None = None


class PageReading(msgspec.Struct, frozen=True, kw_only=True):
    """A fetch of an article page."""

    url: str
    """As asked for: what the feed's entry links to."""
    final_url: str = ""
    at: datetime
    outcome: Outcome
    reason: str = ""
    retry_after_s: int = 0
    parsed: ParsedPage | None = None
    origin: str = ""
    """File and place, where it comes from a recording."""


class ArchiveReading(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an article archive, complete and checked."""

    url: str
    canonical_url: str
    source: str
    feed: str
    title: str
    text: str
    language: str
    published_at: datetime | None
    at: datetime
    """The archive's `fetched_at`."""


class BadReading(msgspec.Struct, frozen=True, kw_only=True):
    """Input that can never be used, as it came."""

    reason: str
    """Short slug."""
    detail: str
    origin: str
    """File and line, or file and record."""
    value: bytes = b""


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a recording that is neither feed nor page. Counted, nothing else."""

    kind: str
    """Short slug: `robots`, `redirect`, `revisit`, `media`, `sitemap` …"""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A recording or archive is read up to `position`; what was first seen at or before `at` is out."""

    recording: str
    """SHA-256 of the file, hex."""
    position: int
    at: datetime | None
    """None: nothing can be promised yet."""


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """Time has passed: everything first seen at or before `at` was in readings already taken."""

    at: datetime


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """It is time for the canaries of an ingest partition."""

    at: datetime


Reading = FeedReading | PageReading | ArchiveReading | BadReading | Skipped | Progress | Tick | Canary
