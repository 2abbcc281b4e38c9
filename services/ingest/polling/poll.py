"""What the poll of a feed means: articles to publish, pages to fetch, the feed's new state.

Pure functions over frozen structs, the same for live polling and for a recording. Every item of a document
ends under one name in `Decision.entries`, and the numbers add up to what the document lists.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from services.contracts.articles import Article
from services.contracts.feeds import Feed, FeedState, PageCheck, PendingPage, SeenEntry, Unused
from services.ingest import articles
from services.ingest.articles import Sight
from services.ingest.keys import address_key, digest, entry_key
from services.ingest.polling import lease, schedule
from services.ingest.polling.account import (
    ABOUT_MAX,
    ARTICLE,
    KNOWN,
    USED,
    WAITING,
    fate_of,
    identity_of,
    with_entries,
    with_poll,
    with_status,
    with_unused,
)
from services.ingest.polling.decision import Decision
from services.ingest.polling.listings import Listings
from services.ingest.polling.matching import Match, match
from services.ingest.polling.rhythm import PollBounds, begin, learn
from services.ingest.publishers import source_of
from services.ingest.readings import Entry, FeedReading, ParsedFeed

SEEN_KEPT = 1_000
"""Entries remembered beside those the current document lists."""
PENDING_MAX = 500
SUMMARY_KEPT = 500
"""Characters of a summary that wait with a page."""
MOVED_AFTER = 10
"""Polls that agree on a new address, and bring a feed from there, before it is asked instead: many a redirect
"for good" is a mistake."""
BROKEN_AFTER = 5
"""Failures in a row after which a feed counts as broken."""
LEAST_TEXT = 40
"""Characters of the shortest text that makes an article of an entry without a page of its own."""
WHOLE_TEXT = 800
"""Characters from which a feed's content may be the whole article …"""
WHOLE_SHARE = 3
"""… if it is this many times its summary."""


class EntryOutcome(NamedTuple):
    """What one entry of a document led to."""

    name: str
    seen: SeenEntry | None = None
    article: Article | None = None
    page: PendingPage | None = None


def poll(
    feed: Feed,
    state: FeedState,
    reading: FeedReading,
    listings: Listings,
    bounds: PollBounds = PollBounds(),  # noqa: B008 - frozen
) -> Decision:
    """The poll of a feed. `listings`: who else lists what. `bounds`: of the time between polls."""
    parsed = reading.parsed
    bounds = bounds_of(feed, bounds)
    if reading.outcome == "not_modified":
        kept = replace(
            state,
            etag=reading.etag or state.etag,
            last_modified=reading.last_modified or state.last_modified,
        )
        return _quiet(kept, reading, "not-modified", bounds)
    if reading.outcome != "ok":
        return _failure(state, reading, reading.outcome, reading.reason, bounds)
    if parsed is None or reading.body_digest == state.body_digest:
        return _quiet(_validated(state, reading), reading, "same-body", bounds)
    if parsed.refusal:
        return _failure(state, reading, parsed.refusal, parsed.reason, bounds)
    return _document(feed, state, reading, parsed, listings, bounds=bounds)


def _quiet(state: FeedState, reading: FeedReading, outcome: str, bounds: PollBounds) -> Decision:
    alive = with_status(_alive(state, reading, reading.max_age_s, 0, bounds))
    return Decision(with_poll(alive, reading.at, outcome), outcome)


def _failure(state: FeedState, reading: FeedReading, slug: str, reason: str, bounds: PollBounds) -> Decision:
    failed = _failed(state, reading, slug, reason, bounds)
    return Decision(with_poll(failed, reading.at, slug, reason=reason), "poll-failed", slug)


def _document(
    feed: Feed,
    state: FeedState,
    reading: FeedReading,
    parsed: ParsedFeed,
    listings: Listings,
    *,
    bounds: PollBounds,
) -> Decision:
    home = parsed.home_url or state.home_url or feed.home_url
    matches = match(parsed.entries, state.seen, home or feed.url)
    first = state.polled_at is None or (state.looked_at is None and not state.seen)
    view = _View(feed, home, parsed.language, reading.at, state.looked_at, first, listings)
    pending = _renamed(state.pending, matches)
    current: dict[str, SeenEntry] = {}
    found: list[Article] = []
    names: Counter[str] = Counter({"left-out": len(parsed.left_out), "cut": parsed.cut})
    for one in matches:
        room = len(pending) < PENDING_MAX or one.entry.key in pending
        outcome = _entry(view, one, room=room)
        names[outcome.name] += 1
        if outcome.seen and not one.repeated:
            current[one.entry.key] = outcome.seen
        if outcome.article:
            found.append(outcome.article)
        if outcome.page:
            before = pending.get(one.entry.key)
            pending[one.entry.key] = _still_waiting(outcome.page, before)
    current |= _left_out(parsed, state, reading.at)
    matched = {one.known.key for one in matches if one.known}
    gone = [entry for entry in state.seen if entry.key not in matched and entry.key not in current]
    after = with_entries(_validated(state, reading), list(current.values()), gone, SEEN_KEPT)
    after = replace(
        after,
        body_digest=reading.body_digest,
        pending=tuple(pending.values()),
        home_url=home,
        push=lease.offered(state.push, reading),
        checks=_renamed_checks(state.checks, matches),
    )
    if names["put-off"]:  # look at the same document again, whatever the server says of it
        after = replace(after, body_digest="", etag="", last_modified="")
    names = +names
    after = with_poll(after, reading.at, "polled", listed=names.total(), entries=names)
    after = with_unused(after, *_unused(state, current, matches, parsed, reading.at))
    alive = _alive(after, reading, max(parsed.ttl_s, reading.max_age_s), names["new"], bounds)
    return Decision(with_status(alive), "polled", articles=found, entries=names)


def _still_waiting(page: PendingPage, before: PendingPage | None) -> PendingPage:
    """A page that is asked for again before it was fetched: what was known of it stays."""
    if before is None:
        return page
    return replace(
        page,
        moved=page.moved or before.moved,
        absent_at=before.absent_at,
        standing=before.standing,
    )


class _View(NamedTuple):
    """What all entries of one document have in common."""

    feed: Feed
    home: str
    language: str
    at: datetime
    before: datetime | None
    """When it was last known what the feed lists."""
    first: bool
    """It never was."""
    listings: Listings

    def sight(self, known: SeenEntry | None) -> Sight:
        """What is known of when an entry came."""
        if known is not None and known.digest:
            return Sight()
        return Sight(self.before, standing=self.first)


def _entry(view: _View, one: Match, *, room: bool) -> EntryOutcome:
    entry, known = one.entry, one.known
    if one.repeated:
        return EntryOutcome("repeated")
    address = address_key(one.address)
    past = known or SeenEntry(entry.key, "", view.at)
    link = address if address != entry.key else ""
    seen = replace(past, key=entry.key, digest=entry.digest, link=link, page=one.page, fate=WAITING)
    if view.listings.owner(address) not in {None, view.feed.feed_id}:
        return EntryOutcome(KNOWN, replace(seen, digest="", fate=KNOWN))
    if known and known.digest == entry.digest and not one.moved:
        return EntryOutcome("unchanged", replace(seen, fate=fate_of(known)))
    name = "changed" if known and known.digest else "new"
    if one.shared or _is_behind_script(one) or carries_whole_text(view.feed, entry):
        return _whole(view, one, seen, name)
    if not room:
        return EntryOutcome("put-off", known and replace(known, key=entry.key))
    return EntryOutcome(name, seen, page=_page_to_fetch(entry, view, known, moved=one.moved))


def _whole(view: _View, one: Match, seen: SeenEntry, name: str) -> EntryOutcome:
    entry = one.entry
    if len(entry.content or entry.summary) < LEAST_TEXT:
        return EntryOutcome("no-address", replace(seen, fate="no-address"))
    article = articles.from_entry(
        entry,
        view.feed,
        url=one.address,
        article_id=seen.article or view.listings.article(address_key(one.address)),
        source=source_of(entry.url, view.feed, source_url=entry.source_url, home_url=view.home, hosted=True),
        language=view.language,
        first_seen_at=view.at,
        sight=view.sight(one.known),
    )
    published = replace(seen, fate=ARTICLE, **identity_of(article))
    if article.version_id == seen.version and not one.moved:
        return EntryOutcome("unchanged", published)
    return EntryOutcome(name, published, article)


def _is_behind_script(one: Match) -> bool:
    """Whether what the server sends is not the article: it never learns what stands behind "#!"."""
    return "#!" in one.address and len(one.entry.content or one.entry.summary) >= LEAST_TEXT


def _page_to_fetch(entry: Entry, view: _View, known: SeenEntry | None, *, moved: bool) -> PendingPage:
    sight = view.sight(known)
    return PendingPage(
        url=entry.url,
        key=entry.key,
        source_url=entry.source_url,
        title=entry.title,
        summary=entry.summary[:SUMMARY_KEPT],
        published_at=entry.published_at,
        listed_at=view.at,
        due_at=view.at,
        absent_at=sight.absent_at,
        standing=sight.standing,
        moved=moved,
    )


def carries_whole_text(feed: Feed, entry: Entry) -> bool:
    if feed.full_text:
        return bool(entry.content or entry.summary)
    return not entry.excerpt and len(entry.content) >= max(WHOLE_TEXT, WHOLE_SHARE * len(entry.summary))


def _renamed(pending: Sequence[PendingPage], matches: Sequence[Match]) -> dict[str, PendingPage]:
    """Pages that wait, by the keys their entries have now."""
    names = {one.known.key: one.entry.key for one in matches if one.known}
    by_key = {page.key or entry_key(page.url): page for page in pending}
    return {names.get(key, key): replace(page, key=names.get(key, key)) for key, page in by_key.items()}


def _renamed_checks(checks: Sequence[PageCheck], matches: Sequence[Match]) -> tuple[PageCheck, ...]:
    """Pages that are looked at again, by the keys their entries have now."""
    if not checks:
        return ()
    names = {one.known.key: one.entry.key for one in matches if one.known}
    return tuple(replace(check, key=names.get(check.key, check.key)) for check in checks)


def _left_out(parsed: ParsedFeed, state: FeedState, at: datetime) -> dict[str, SeenEntry]:
    """Items that gave no entry, remembered so that each is counted and told once."""
    since = {entry.key: entry.seen_at for entry in state.seen}
    keys = {digest("left-out", one.reason, one.about): one.reason for one in parsed.left_out}
    return {key: SeenEntry(key, "left-out", since.get(key, at), fate=why) for key, why in keys.items()}


def _unused(
    state: FeedState,
    current: Mapping[str, SeenEntry],
    matches: Sequence[Match],
    parsed: ParsedFeed,
    at: datetime,
) -> Iterator[Unused]:
    """Entries of which it is clear since this document that they give no article."""
    before = {entry.key: entry.fate for entry in state.seen}
    abouts = {digest("left-out", one.reason, one.about): one.about for one in parsed.left_out}
    abouts |= {one.entry.key: one.entry.title or one.address for one in matches if not one.repeated}
    for key, entry in current.items():
        if entry.fate not in USED and before.get(key) != entry.fate:
            yield Unused(at, entry.fate, abouts.get(key, "")[:ABOUT_MAX])


def _validated(state: FeedState, reading: FeedReading) -> FeedState:
    return replace(state, etag=reading.etag, last_modified=reading.last_modified)


def bounds_of(feed: Feed, bounds: PollBounds) -> PollBounds:
    """Those of the feed itself where it has its own."""
    return PollBounds(
        default_s=feed.poll_s or bounds.default_s,
        shortest_s=feed.poll_shortest_s or min(bounds.shortest_s, feed.poll_s or bounds.shortest_s),
        longest_s=feed.poll_longest_s or max(bounds.longest_s, feed.poll_s),
    )


def _alive(state: FeedState, reading: FeedReading, hint_s: int, new: int, bounds: PollBounds) -> FeedState:
    losing = state.status == "losing"
    rhythm = learn(state.rhythm, reading.at, new) if state.rhythm else begin(reading.at)
    push = lease.polled(state.push, new, pushed=reading.pushed)
    slower = lease.SLOWER if lease.works(push, reading.at) else 1.0
    return replace(
        state,
        **_move(state, reading),
        url=reading.url,
        polled_at=reading.at,
        looked_at=reading.at,
        news_at=reading.at if new else state.news_at,
        due_at=schedule.after_success(state.feed_id, rhythm, hint_s, bounds, slower=slower),
        push=push,
        rhythm=rhythm,
        status="losing" if losing else "fresh",
        reason=state.reason if losing else "",
        failures=0,
    )


def _move(state: FeedState, reading: FeedReading) -> dict[str, Any]:
    """What a poll that brought a feed says of where the feed is for good."""
    if address_of_feed(state) and not reading.permanent_url:
        return {}  # asked for at its new address, it is there
    if reading.permanent_url != state.moved_to:
        return {"moved_to": reading.permanent_url, "moves": 1 if reading.permanent_url else 0}
    return {"moves": state.moves + 1} if state.moved_to else {}


def address_of_feed(state: FeedState) -> str:
    """The address that its server has named often enough to be believed; empty for none."""
    return state.moved_to if state.moves >= MOVED_AFTER else ""


PASSING = frozenset(
    {"timeout", "dns", "connect", "tls", "http_5xx", "protocol", "truncated", "incomplete", "parse_timeout"}
)
"""Failures that may be over in a moment."""


def _failed(state: FeedState, reading: FeedReading, slug: str, reason: str, bounds: PollBounds) -> FeedState:
    failures = state.failures + 1
    gone = slug == "http_410"
    due_at = (
        schedule.after_gone(state.feed_id, reading.at)
        if gone
        else schedule.after_failure(
            state.feed_id, reading.at, failures, reading.retry_after_s, bounds, passing=slug in PASSING
        )
    )
    lost = failures >= BROKEN_AFTER and address_of_feed(state) != ""
    return replace(
        state,
        moves=0 if lost else state.moves,  # back to the address that the operator gave
        url=reading.url,
        polled_at=reading.at,
        due_at=due_at,
        status="gone" if gone else "broken" if failures >= BROKEN_AFTER else "backing_off",
        reason=f"{slug}: {reason}" if reason else slug,
        failures=failures,
    )
