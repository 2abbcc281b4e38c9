"""Feeds and what ingest remembers of them."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.version import version_1

FeedStatus = Literal["fresh", "backing_off", "broken", "gone", "paused"]


class Feed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed an operator asked for. Key of `feeds`: `feed_id`. A tombstone ends the subscription."""

    schema_version: int = msgspec.field(default_factory=version_1)
    feed_id: str
    url: str
    source: str
    title: str = ""
    language: str = ""
    full_text: bool = False
    """The feed carries whole articles; their pages are not fetched."""


class SeenEntry(msgspec.Struct, frozen=True, array_like=True):
    """One entry of a feed as it was when last read."""

    key: str
    """Hash of the entry's canonical link (its id where it has no link)."""
    digest: str
    """Hash of what the feed says of it; a change makes ingest look at the page again.

    Empty where another feed listed the entry first and answers for it.
    """
    seen_at: datetime
    version: str = ""
    """`version_id` published last for it, so that an equal text is not published again."""


class PendingPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry whose page is still to be fetched. Survives a crash inside the feed's state."""

    url: str
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    listed_at: datetime
    attempts: int = 0
    due_at: datetime


class FeedState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ingest knows of a feed after its last poll. Key of `feed-state`: `feed_id`.

    For a recording the key is the recording's id and only `position` is used: how many of its
    items are published.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    feed_id: str
    url: str = ""
    etag: str = ""
    last_modified: str = ""
    """Both echoed to the server exactly as it sent them."""
    body_digest: str = ""
    seen: tuple[SeenEntry, ...] = ()
    pending: tuple[PendingPage, ...] = ()
    polled_at: datetime | None = None
    due_at: datetime | None = None
    status: FeedStatus = "fresh"
    reason: str = ""
    failures: int = 0
    position: int = 0
