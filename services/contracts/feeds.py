"""Feeds and what ingest remembers of them."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.version import version_1

FeedStatus = Literal["fresh", "losing", "backing_off", "broken", "gone", "paused"]
"""`losing`: the feed answers, and none of what it lists becomes an article."""

FeedPriority = Literal["", "key"]


class Feed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A feed an operator asked for. Key of `feeds`: `feed_id`. A tombstone ends the subscription."""

    schema_version: int = msgspec.field(default_factory=version_1)
    feed_id: str
    url: str
    source: str
    title: str = ""
    language: str = ""
    full_text: bool = False
    """The feed carries whole articles; their pages are not fetched."""
    home_url: str = ""
    """The site the feed is of, where the list says so (OPML `htmlUrl`)."""
    poll_s: float = 0.0
    """Seconds between two polls of a feed that brings an entry an hour; 0: as `ingest.poll_s` says."""
    poll_shortest_s: float = 0.0
    poll_longest_s: float = 0.0
    """Bounds of the feed's own; 0: those of `[ingest]`."""
    priority: FeedPriority = ""
    """`key`: its silence alone is worth an alert."""
    paused: bool = False
    """Known and not polled."""
    asked_at: datetime | None = None
    """An operator wants it polled at once; also one that was given up."""
    moved_from: str = ""
    """`feed_id` of the address it had before, whose history is its own."""


class SeenEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entry of a feed as it was when last read."""

    key: str
    """Hash of the entry's id, else of its canonical link, else of its words."""
    digest: str
    """Hash of what the feed says of it; a change makes ingest look at the page again.

    Empty where another feed listed the entry first and answers for it.
    """
    seen_at: datetime
    version: str = ""
    """`version_id` published last for it, so that an equal text is not published again."""
    link: str = ""
    """Hash of the entry's canonical link, where it has one and that is not the key."""
    article: str = ""
    """`article_id` it is published under; it stays when the link moves."""
    language: str = ""
    """Of the version published last: where dedup looks for it."""
    page: str = ""
    """Hash of the address its link has in common with other entries, where it is known by a place there."""
    fate: str = ""
    """What became of it: `article`, `waiting` (for its page), `known` (another feed answers), or why not."""


class Poll(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One look at a feed, in short, or several in a row that ended alike."""

    at: datetime
    outcome: str
    """`polled`, `not-modified`, `same-body`, or how it failed."""
    reason: str = ""
    listed: int = 0
    """Items in the document."""
    entries: dict[str, int] = msgspec.field(default_factory=dict)
    """What became of them, by name; the numbers add up to `listed`."""
    times: int = 1
    """So many in a row ended like this one, which is the last of them."""


class Unused(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An entry that gave no article."""

    at: datetime
    reason: str
    """Short slug."""
    about: str
    """Title or address, at most 200 characters."""
    detail: str = ""


class Rhythm(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """When a feed brings something new, as its polls have shown."""

    since: datetime
    """Of the first poll."""
    at: datetime
    """Of the last one that was answered."""
    hours: tuple[float, ...] = ()
    """New entries by hour of the day (UTC), older ones counting less; empty where none came yet."""
    burst: float = 0.0
    """New entries an hour, of late."""
    counted_at: datetime | None = None
    """When `hours` and `burst` were so high, where a later poll brought nothing new; None: at `at`."""


PushStatus = Literal["offered", "asked", "active", "refused"]


class PushLease(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a feed's hub (WebSub) has been asked for, and what it granted."""

    hub: str
    topic: str
    """The address by which the hub knows the feed."""
    status: PushStatus = "offered"
    """`offered`: nothing was asked for. `asked`: the hub has not verified it yet."""
    callback: str = ""
    """Where it was asked to send pushes."""
    at: datetime | None = None
    """When it was asked last."""
    until: datetime | None = None
    """End of the lease."""
    failures: int = 0
    """Questions in a row that brought no lease."""
    misses: int = 0
    """Polls in a row that found something new the hub had told nothing of."""
    reason: str = ""
    """How the last question failed."""


class PendingPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An entry whose page is still to be fetched. Survives a crash inside the feed's state."""

    url: str
    key: str = ""
    """Of its entry; empty in states written before entries were known by their ids."""
    source_url: str = ""
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    listed_at: datetime
    attempts: int = 0
    absent_at: datetime | None = None
    """When its feed was last looked at and did not list it; None for what is not new."""
    standing: bool = False
    """It was listed at the first look at the feed."""
    moved: bool = False
    """Its article was published from another address: it is told anew, also if nothing else changed."""
    reason: str = ""
    """How the last attempt failed, as a short slug; empty before the first."""
    due_at: datetime


class PageCheck(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A page whose article is out and which is looked at again, for edits that its feed does not tell of."""

    url: str
    key: str
    """Of its entry."""
    due_at: datetime
    looks: int = 0
    """Looks since the feed told of it."""
    title: str = ""
    source_url: str = ""
    published_at: datetime | None = None
    """All three as its entry said."""
    etag: str = ""
    last_modified: str = ""
    """Both of the last answer, echoed as sent."""


class EditRate(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How often a second look at a feed's pages showed an edit; older looks count less."""

    at: datetime
    looks: float
    edits: float


class FeedState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    looked_at: datetime | None = None
    """The last poll that told what the feed lists: it may be an earlier one, where polls failed since."""
    news_at: datetime | None = None
    """The last poll that found a new entry."""
    due_at: datetime | None = None
    status: FeedStatus = "fresh"
    reason: str = ""
    failures: int = 0
    home_url: str = ""
    """The site the feed is of, as its last document said."""
    current: int = 0
    """How many of `seen`, from the first on, its last document listed."""
    listed: int = 0
    """Different entries it has listed since it is followed: `seen` and `past` together."""
    past: dict[str, int] = msgspec.field(default_factory=dict)
    """What became of the entries that are no longer in `seen`, by fate."""
    moved_to: str = ""
    """Where the server says that the feed is for good."""
    moves: int = 0
    """Polls in a row that said so and brought a feed from there."""
    rhythm: Rhythm | None = None
    """None before the first poll."""
    polls: tuple[Poll, ...] = ()
    """The last ones, the latest first."""
    unused: tuple[Unused, ...] = ()
    """Entries that gave no article, the latest first, bounded."""
    earlier: dict[str, int] = msgspec.field(default_factory=dict)
    """What became of entries of `seen` that stand in the `FeedPast` before it instead, by fate."""
    push: PushLease | None = None
    """None where the feed names no hub."""
    checks: tuple[PageCheck, ...] = ()
    """Pages that are looked at again, bounded; empty unless `ingest.recheck` is on."""
    edits: EditRate | None = None
    """None before the first such look."""
    position: int = 0


class FeedPast(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Entries that left a feed's document some time ago. Key of `feed-state`: `past:` and `feed_id`.

    They change seldom, so the `FeedState` behind it is written without them. Where that says so (`earlier`),
    those that it does not have itself are its own, the latest first.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    feed_id: str
    seen: tuple[SeenEntry, ...] = ()


class FeedMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a look changed that brought nothing to remember. Key of `feed-state`: `mark:` and `feed_id`.

    It tells what is different from the feed's last `FeedState` on the log, which stands before it; a
    `FeedState` behind it makes it void.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    feed_id: str
    polled_at: datetime
    looked_at: datetime | None = None
    """None: at `polled_at`."""
    due_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    """None, as in both above: as it was."""
    moves: int = 0
    status: FeedStatus = "fresh"
    reason: str = ""
    failures: int = 0
    polls: tuple[Poll, ...] = ()
    """Those since the `FeedState`, the latest first; the first of them may go on with its latest."""
