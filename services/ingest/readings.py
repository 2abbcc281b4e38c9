"""What feeders bring: readings of the outside world, the only input of the pure core.

A reading says what was seen and when; nothing in it was decided. The same readings come from live HTTP,
from a recording and from an archive.
"""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.articles import Article, Withdrawal
from services.ingest.http.exchange import Outcome

Refusal = Literal[
    "no_article",
    "not_found",
    "redirected",
    "not_html",
    "not_a_feed",
    "incomplete",
    "empty_body",
    "too_deep",
    "parse_error",
    "parse_timeout",
    "parse_crash",
]
"""Why a body that came through could not be used.

`not_found`: a page that says of itself that there is nothing here. `redirected`: a page that only sends its
reader elsewhere (`ParsedPage.refresh_url`). `incomplete`: a document that ends before its end.
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a feed document. All text is plain."""

    key: str
    """Hash of what tells it from the other entries of its feed: the id, else the link, else its words."""
    digest: str
    """Hash of everything the feed says of it that an editor may change."""
    id: str = ""
    """The feed's own name for it (guid, atom:id), as given, at most 2,048 characters."""
    url: str = ""
    """As linked, absolute, http(s); empty where there is none."""
    source_url: str = ""
    """Whom the feed names as its publisher (RSS `<source url>`, Atom `<source>`), absolute, http(s)."""
    title: str = ""
    summary: str = ""
    content: str = ""
    """The feed's copy of the article where it sends more than a summary."""
    excerpt: bool = False
    """Its text announces more than it holds ("Continue reading", "[…]")."""
    published_at: datetime | None = None


class LeftOut(msgspec.Struct, frozen=True, array_like=True):
    """An item of a feed document that gave no entry."""

    reason: str
    """Short slug: `no-content`, `unreadable`, `cut`."""
    about: str
    """What of it can be shown: title, address or position; at most 200 characters."""


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed document as parsed; with a refusal there are no entries."""

    refusal: Refusal | None = None
    reason: str = ""
    title: str = ""
    language: str = ""
    """ISO 639-1 as declared, or empty."""
    home_url: str = ""
    """The site the feed is of (RSS channel `<link>`, `home_page_url`), absolute, http(s)."""
    ttl_s: int = 0
    """The publisher's wish for the time between polls; 0 is none."""
    listed: int = 0
    """Items in the document, counted apart from reading them: entries + left out + cut."""
    entries: tuple[Entry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    cut: int = 0
    """Entries beyond the cap, not looked at."""
    hub_url: str = ""
    self_url: str = ""
    """The hub that tells of the feed's news (WebSub), and the address it knows the feed by; absolute."""
    sitemaps: tuple[str, ...] = ()
    """Of a sitemap index: the addresses of its sitemaps that may hold news, absolute, the newest first."""


class ParsedPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The article on a page; with a refusal there is no text."""

    refusal: Refusal | None = None
    reason: str = ""
    refresh_url: str = ""
    """Where an immediate meta refresh sends the reader, absolute; then there is no text."""
    canonical_url: str = ""
    """What the page claims by `<link rel=canonical>`, absolute."""
    title: str = ""
    text: str = ""
    language: str = ""
    published_at: datetime | None = None


LeaseOutcome = Literal["asked", "active", "refused", "ended"]
"""`ended`: this side wants no more pushes."""


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
    permanent_url: str = ""
    """Where the server says that the feed is for good; empty where it says nothing of the kind."""
    hub_url: str = ""
    self_url: str = ""
    """What the answer or the document names as its hub, and as its own address."""
    pushed: bool = False
    """The hub asked for this poll."""
    parsed: ParsedFeed | None = None


class LeaseReading(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking a hub for pushes."""

    feed_id: str
    at: datetime
    outcome: LeaseOutcome
    callback: str = ""
    """Where pushes were asked for."""
    lease_s: int = 0
    """How long the hub will push."""
    reason: str = ""


class PageReading(msgspec.Struct, frozen=True, kw_only=True):
    """A fetch of an article page."""

    url: str
    """As asked for: what the feed's entry links to."""
    final_url: str = ""
    at: datetime
    outcome: Outcome
    reason: str = ""
    retry_after_s: int = 0
    etag: str = ""
    last_modified: str = ""
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


class RecordReading(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier run published, to be published again."""

    record: Article | Withdrawal


class SightingReading(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive says was seen, as the record it becomes: read and encoded elsewhere."""

    withdrawn: bool
    """It is a `Withdrawal`, else an `Article`."""
    article_id: str
    version_id: str
    language: str
    at: datetime
    value: bytes


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


Reading = (
    FeedReading
    | PageReading
    | LeaseReading
    | ArchiveReading
    | RecordReading
    | SightingReading
    | BadReading
    | Skipped
    | Progress
    | Tick
    | Canary
)
