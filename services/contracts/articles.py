"""Articles and their versions, and the watermarks that order them."""

from datetime import datetime

import msgspec

from services.contracts.version import version_1


class Article(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One version of an article: the text at a canonical URL as of one fetch. Key: `article_id`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    article_id: str
    version_id: str
    url: str
    """Canonical URL."""
    source: str
    feed: str
    title: str
    text: str
    """Plain text without the title. Passage offsets count its Unicode code points."""
    language: str
    """ISO 639-1, or `und`."""
    first_seen_at: datetime
    """When we first saw this version. The clock of everything downstream."""
    published_at: datetime | None = None
    """What the publisher claims. Evidence only."""
    agencies: tuple[str, ...] = ()
    """Slugs of the agencies credited in the copy (`dpa`, `afp`, `ap`, `reuters` …), sorted."""
    cited: tuple[str, ...] = ()
    """Outlets named as source of facts, in order of appearance."""
    also_in: tuple[str, ...] = ()
    """Other feeds that listed the same URL at that time, sorted."""
    fetched_url: str = ""
    """The address as fetched, where it differs from `url`."""
    absent_at: datetime | None = None
    """When the place that listed it was last looked at and it was not there: it came between then and
    `first_seen_at`. None: nothing was looked at before, or nothing is known of looks, as in an archive."""
    standing: bool = False
    """It stood there at the first look at its feed: it may have come at any time before."""
    agency: str = ""
    """Slug of the agency whose own item this is: its publisher is one."""
    silent: bool = False
    """It was found by looking again at the page: its feed told of no change. How much is different stands in
    the story's change (`update`: words, figures, names, passages)."""
    backfill: bool = False
    """Brought in after the fact; `first_seen_at` is the archive's, not this installation's."""


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The publisher no longer shows an article: its address answers 410. Key: `article_id`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    article_id: str
    version_id: str
    """The version that was shown last."""
    url: str
    source: str
    language: str
    at: datetime
    """When we first saw that it is gone. Ordered among the articles by it."""
    note: str = ""
    """Why, in the publisher's or the protocol's words."""


class Watermark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A promise beside the articles: `origin` will publish nothing first seen at or before `at`.

    A shard may go on up to the minimum over all `origins`. An idle origin repeats its promise, or
    everything behind it stands still.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    origin: int
    """Number of the ingest partition that promises."""
    origins: int
    """How many ingest partitions there are."""
    at: datetime
