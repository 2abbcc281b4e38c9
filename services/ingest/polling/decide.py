"""What a reading means for a feed: articles to publish, pages to fetch, the feed's new state.

Pure functions over frozen structs, the same for live polling and for a recording. Every entry of a
document ends under one name in `Decision.entries`, every reading under one outcome.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.feeds import Feed, FeedState, PendingPage, SeenEntry
from services.ingest import articles
from services.ingest.keys import entry_key
from services.ingest.polling import schedule
from services.ingest.readings import Entry, FeedReading, PageReading, ParsedFeed
from services.ingest.urls import canonical, host_of, publisher
from services.stream.service import DeadLetter

SEEN_KEPT = 1_000
"""Entries remembered beside those the current document lists."""
PENDING_MAX = 500
SUMMARY_KEPT = 500
"""Characters of a summary that wait with a page."""
ATTEMPTS_MAX = 5
BROKEN_AFTER = 5
"""Failures in a row after which a feed counts as broken."""
WHOLE_TEXT = 800
"""Characters from which a feed's content may be the whole article …"""
WHOLE_SHARE = 3
"""… if it is this many times its summary."""

_NO_ARTICLE = frozenset({"no_article", "not_html", "empty_body"})
_HOPELESS = frozenset({"too_deep", "http_410", "blocked_address", "bad_url", "bomb", "too_large", "encoding"})
_UNREADABLE = frozenset(
    {"too_deep", "parse_error", "parse_timeout", "parse_crash", "bomb", "too_large", "encoding"}
)

Owner = Callable[[str], str | None]
"""The feed that answers for an entry key, if any does."""


class Decision(NamedTuple):
    state: FeedState | None
    """None: nothing to remember (a page that no feed announced)."""
    outcome: str
    articles: Sequence[Article] = ()
    entries: Counter[str] = Counter()  # noqa: RUF012 - never written to
    dead: DeadLetter | None = None


class Told(NamedTuple):
    """What one entry of a document led to."""

    name: str
    seen: SeenEntry | None = None
    article: Article | None = None
    page: PendingPage | None = None


# --- feeds -----------------------------------------------------------------------------------------


def poll(feed: Feed, state: FeedState, reading: FeedReading, owner: Owner) -> Decision:
    """The poll of a feed. `owner` tells which feed listed an entry first."""
    parsed = reading.parsed
    if reading.outcome == "not_modified":
        kept = replace(
            state,
            etag=reading.etag or state.etag,
            last_modified=reading.last_modified or state.last_modified,
        )
        return Decision(_alive(kept, reading, reading.max_age_s), "not-modified")
    if reading.outcome != "ok":
        return Decision(_failed(state, reading, reading.outcome, reading.reason), "poll-failed")
    if parsed is None or reading.body_digest == state.body_digest:
        return Decision(_alive(_validated(state, reading), reading, reading.max_age_s), "same-body")
    if parsed.refusal:
        return Decision(_failed(state, reading, parsed.refusal, parsed.reason), "poll-failed")
    return _read(feed, state, reading, parsed, owner)


def _read(feed: Feed, state: FeedState, reading: FeedReading, parsed: ParsedFeed, owner: Owner) -> Decision:
    remembered = {entry.key: entry for entry in state.seen}
    pending = {entry_key(page.url): page for page in state.pending}
    current: dict[str, SeenEntry | None] = {}
    found: list[Article] = []
    names: Counter[str] = Counter()
    for entry in parsed.entries:
        told = Told("repeated")
        if entry.key not in current:
            room = len(pending) < PENDING_MAX or entry.key in pending
            first = owner(entry.key) in {None, feed.feed_id}
            told = _entry(feed, parsed, entry, remembered.get(entry.key), reading.at, first=first, room=room)
            current[entry.key] = told.seen
        if told.article:
            found.append(told.article)
        if told.page:
            pending[entry.key] = told.page
        names[told.name] += 1
    names["cut"] += parsed.cut
    after = replace(
        _validated(state, reading),
        body_digest=reading.body_digest,
        seen=_remembered(current, state.seen),
        pending=tuple(pending.values()),
    )
    if names["put-off"]:  # look at the same document again, whatever the server says of it
        after = replace(after, body_digest="", etag="", last_modified="")
    hint = max(parsed.ttl_s, reading.max_age_s)
    return Decision(_alive(after, reading, hint), "polled", found, +names)


def _entry(
    feed: Feed,
    parsed: ParsedFeed,
    entry: Entry,
    known: SeenEntry | None,
    at: datetime,
    *,
    first: bool,
    room: bool,
) -> Told:
    since, version = (known.seen_at, known.version) if known else (at, "")
    noted = SeenEntry(entry.key, entry.digest, since, version)
    if not first:
        return Told("known", SeenEntry(entry.key, "", since, version))
    if known and known.digest == entry.digest:
        return Told("unchanged", known)
    if canonical(entry.url) is None:
        return Told("no-address", noted)
    name = "changed" if known and known.digest else "new"
    if _carries_whole_text(feed, entry):
        return _whole(feed, parsed, entry, noted, at=at, name=name)
    return Told(name, noted, page=_page_to_fetch(entry, at)) if room else Told("put-off", known)


def _whole(
    feed: Feed, parsed: ParsedFeed, entry: Entry, noted: SeenEntry, *, at: datetime, name: str
) -> Told:
    article = articles.from_entry(entry, feed, language=parsed.language, first_seen_at=at)
    if article is None or article.version_id == noted.version:
        return Told("unchanged", noted)
    return Told(name, with_version(noted, article.version_id), article)


def _page_to_fetch(entry: Entry, at: datetime) -> PendingPage:
    return PendingPage(
        url=entry.url,
        title=entry.title,
        summary=entry.summary[:SUMMARY_KEPT],
        published_at=entry.published_at,
        listed_at=at,
        due_at=at,
    )


def _carries_whole_text(feed: Feed, entry: Entry) -> bool:
    if feed.full_text:
        return bool(entry.content or entry.summary)
    return not entry.excerpt and len(entry.content) >= max(WHOLE_TEXT, WHOLE_SHARE * len(entry.summary))


def _remembered(current: dict[str, SeenEntry | None], before: Sequence[SeenEntry]) -> tuple[SeenEntry, ...]:
    """What the document lists is never forgotten; of the rest the newest are kept."""
    listed = [entry for entry in current.values() if entry]
    gone = sorted(
        (entry for entry in before if entry.key not in current), key=lambda entry: entry.seen_at, reverse=True
    )
    return (*listed, *gone[:SEEN_KEPT])


def _validated(state: FeedState, reading: FeedReading) -> FeedState:
    return replace(state, etag=reading.etag, last_modified=reading.last_modified)


def _alive(state: FeedState, reading: FeedReading, hint_s: int) -> FeedState:
    return replace(
        state,
        url=reading.url,
        polled_at=reading.at,
        due_at=schedule.after_success(state.feed_id, reading.at, hint_s),
        status="fresh",
        reason="",
        failures=0,
    )


def _failed(state: FeedState, reading: FeedReading, slug: str, reason: str) -> FeedState:
    failures = state.failures + 1
    gone = slug == "http_410"
    due_at = (
        schedule.after_gone(state.feed_id, reading.at)
        if gone
        else schedule.after_failure(state.feed_id, reading.at, failures, reading.retry_after_s)
    )
    return replace(
        state,
        url=reading.url,
        polled_at=reading.at,
        due_at=due_at,
        status="gone" if gone else "broken" if failures >= BROKEN_AFTER else "backing_off",
        reason=f"{slug}: {reason}" if reason else slug,
        failures=failures,
    )


# --- pages -----------------------------------------------------------------------------------------


def page(feed: Feed, state: FeedState, reading: PageReading, also_in: Sequence[str]) -> Decision:
    """The page of an entry that `feed` answers for. `also_in`: URLs of other feeds that list it."""
    key = entry_key(reading.url)
    waiting = next((one for one in state.pending if entry_key(one.url) == key), None)
    seen = next((one for one in state.seen if one.key == key), None)
    article = None
    if reading.outcome == "ok" and reading.parsed and not reading.parsed.refusal:
        article = articles.from_page(
            reading,
            reading.parsed,
            source=feed.source,
            feed=feed.url,
            title=waiting.title if waiting else "",
            published_at=waiting.published_at if waiting else None,
            also_in=also_in,
        )
    if article is None:
        return _page_failed(feed, state, reading, waiting)
    done = replace(state, pending=_without(state.pending, waiting))
    if seen and seen.version == article.version_id:
        return Decision(done, "unchanged")
    published = (with_version(one, article.version_id) if one is seen else one for one in state.seen)
    return Decision(replace(done, seen=tuple(published)), "article", (article,))


def unannounced(reading: PageReading) -> Decision:
    """A page that no feed listed, as in recordings of plain crawls: its host is its source."""
    parsed = reading.parsed
    if reading.outcome == "ok" and parsed and not parsed.refusal:
        article = articles.from_page(reading, parsed, source=publisher(host_of(reading.url)), feed="")
        if article:
            return Decision(None, "article", (article,))
    if reading.outcome != "ok":
        return Decision(None, "page-failed")
    return Decision(None, "dead", dead=_dead(reading, None, None))


def _page_failed(feed: Feed, state: FeedState, reading: PageReading, waiting: PendingPage | None) -> Decision:
    if waiting is None:
        return Decision(state, "page-failed")
    attempts = waiting.attempts + 1
    slug = _slug(reading)
    if attempts >= ATTEMPTS_MAX or slug in _HOPELESS or slug in _NO_ARTICLE:
        given_up = replace(state, pending=_without(state.pending, waiting))
        return Decision(given_up, "dead", dead=_dead(reading, feed, waiting))
    due_at = schedule.page_retry(waiting.url, reading.at, attempts, reading.retry_after_s)
    again = replace(waiting, attempts=attempts, due_at=due_at)
    pages = tuple(again if one is waiting else one for one in state.pending)
    return Decision(replace(state, pending=pages), "page-failed")


def _slug(reading: PageReading) -> str:
    if reading.outcome != "ok":
        return reading.outcome
    return (reading.parsed.refusal if reading.parsed else None) or "bad_url"


def _dead_reason(slug: str) -> str:
    if slug in _NO_ARTICLE:
        return "no-article"
    return "page-unreadable" if slug in _UNREADABLE else "page-unreachable"


def _dead(reading: PageReading, feed: Feed | None, waiting: PendingPage | None) -> DeadLetter:
    slug = _slug(reading)
    why = (reading.parsed.reason if reading.parsed else "") or reading.reason
    tries = f" after {waiting.attempts + 1} attempts" if waiting and waiting.attempts else ""
    where = reading.origin or "live"
    return DeadLetter(
        reason=_dead_reason(slug),
        detail=f"page given up{tries}: {slug}{': ' + why if why else ''}",
        key=feed.feed_id.encode() if feed else None,
        value=wire.encode(waiting) if waiting else reading.url.encode(),
        headers=(),
        origin=f"feed {feed.url} page {reading.url} ({where})" if feed else f"page {reading.url} ({where})",
    )


def _without(pending: Sequence[PendingPage], one: PendingPage | None) -> tuple[PendingPage, ...]:
    return tuple(other for other in pending if other is not one)


def with_version(entry: SeenEntry, version: str) -> SeenEntry:
    return SeenEntry(entry.key, entry.digest, entry.seen_at, version)
