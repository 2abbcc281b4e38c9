"""What the fetch of a page means: an article, a withdrawal, another try, or a dead letter. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from services.contracts import ids, wire
from services.contracts.articles import Article, Withdrawal
from services.contracts.feeds import Feed, FeedState, PageCheck, PendingPage, SeenEntry, Unused
from services.ingest import articles
from services.ingest.identity import claimed_address, is_index_of, other_scheme
from services.ingest.keys import address_key, entry_key
from services.ingest.polling import recheck, schedule
from services.ingest.polling.account import (
    ABOUT_MAX,
    ARTICLE,
    identity_of,
    with_fate,
    with_status,
    with_unused,
)
from services.ingest.polling.decision import Decision
from services.ingest.polling.listings import Listings, address_of
from services.ingest.publishers import source_of, source_of_page
from services.ingest.readings import PageReading, ParsedPage
from services.ingest.urls import canonical
from services.stream.service import DeadLetter

ATTEMPTS_MAX = 5

_NO_ARTICLE = frozenset({"no_article", "not_html", "empty_body"})
_HOPELESS = frozenset(
    "too_deep http_410 blocked_address bad_url bomb too_large encoding index_page robots_denied".split()
)
_ITS_WISH = "robots_denied"
"""No failure: the site does not want its page fetched. That is told of the entry, and no dead letter."""
_UNREADABLE = frozenset(
    {"too_deep", "parse_error", "parse_timeout", "parse_crash", "bomb", "too_large", "encoding", "truncated"}
)


class PageEntry(NamedTuple):
    """Where a page stands in the feed that answers for it."""

    feed: Feed
    state: FeedState
    waiting: PendingPage | None
    seen: SeenEntry | None
    check: PageCheck | None = None
    """It is looked at again, and its feed told of nothing since."""


def entry_of_page(feed: Feed, state: FeedState, url: str) -> PageEntry:
    """The entry of `feed` that links to `url`."""
    address = entry_key(url)
    waiting = next((page for page in state.pending if entry_key(page.url) == address), None)
    key = (waiting.key or address) if waiting else ""
    seen = next((entry for entry in state.seen if key == entry.key or address_of(entry) == address), None)
    check = next((one for one in state.checks if entry_key(one.url) == address), None)
    return PageEntry(feed, state, waiting, seen, None if waiting else check)


def page(
    feed: Feed,
    state: FeedState,
    reading: PageReading,
    listings: Listings,
    also_in: Sequence[str],
    *,
    checks: bool = False,
) -> Decision:
    """The page of an entry that `feed` answers for. `also_in`: URLs of other feeds that list it.

    `checks`: it is to be looked at again later.
    """
    one = entry_of_page(feed, state, reading.url)
    slug = _slug(reading)
    if slug == "http_410" and one.seen and one.seen.version:
        return _withdrawn(one, one.seen, reading)
    if one.check and one.seen:
        return _checked(one, one.check, one.seen, reading, slug, listings=listings, also_in=also_in)
    article = None if slug else _article(one, reading, listings, also_in)
    if article is None:
        return _without_article(one, reading, slug or "bad_url")
    done = replace(state, pending=_without(state.pending, one.waiting))
    if one.seen is None:
        return Decision(done, "article", articles=(article,))
    done = with_fate(done, one.seen.key, fate=ARTICLE, **identity_of(article))
    if checks and one.waiting:
        done = recheck.published(done, one.waiting, reading, one.seen.key)
    if one.seen.version == article.version_id and not (one.waiting and one.waiting.moved):
        return Decision(with_status(done), "unchanged")
    return Decision(with_status(done), "article", articles=(article,))


def _checked(
    one: PageEntry,
    check: PageCheck,
    seen: SeenEntry,
    reading: PageReading,
    slug: str,
    *,
    listings: Listings,
    also_in: Sequence[str],
) -> Decision:
    """A page that was looked at again. One that fails now is no loss: its article is out."""
    if slug == "not_modified":
        return Decision(recheck.looked(one.state, check, reading, edited=False), "unchanged")
    if slug in _HOPELESS:
        return Decision(recheck.forgotten(one.state, check.key), "page-failed", slug)
    article = None if slug else _article(one, reading, listings, also_in)
    if article is None:
        return Decision(
            recheck.looked(one.state, check, reading, edited=None), "page-failed", slug or "bad_url"
        )
    edited = article.version_id != seen.version
    state = recheck.looked(one.state, check, reading, edited=edited)
    if not edited:
        return Decision(state, "unchanged")
    return Decision(with_fate(state, seen.key, **identity_of(article)), "article", articles=(article,))


def unannounced(reading: PageReading) -> Decision:
    """A page that no feed listed, as in recordings of plain crawls: its host is its source."""
    slug = _slug(reading)
    parsed, own = reading.parsed, canonical(reading.final_url or reading.url)
    if not slug and parsed and own:
        url = claimed_address(own, parsed.canonical_url) or own
        article = articles.from_page(
            reading, parsed, url=url, article_id=ids.article_id(url), source=source_of_page(url), feed=""
        )
        return Decision(None, "article", articles=(article,))
    if reading.outcome != "ok":
        return Decision(None, "page-failed", slug)
    return Decision(None, "dead", dead=_dead(reading, slug or "bad_url", None, None))


def _article(
    one: PageEntry, reading: PageReading, listings: Listings, also_in: Sequence[str]
) -> Article | None:
    own, parsed = canonical(reading.final_url or reading.url), reading.parsed
    if own is None or parsed is None:
        return None
    claimed = claimed_address(own, parsed.canonical_url)
    if claimed and _is_disputed(one, parsed, claimed, listings):
        claimed = ""
    url = claimed or own
    waiting, told = one.waiting, one.waiting or one.check
    return articles.from_page(
        reading,
        parsed,
        url=url,
        article_id=_article_id(one, url, listings),
        source=source_of(
            own,
            one.feed,
            source_url=told.source_url if told else "",
            home_url=one.state.home_url,
        ),
        feed=one.feed.url,
        title=told.title if told else "",
        published_at=told.published_at if told else None,
        also_in=also_in,
        sight=articles.Sight(waiting.absent_at, waiting.standing) if waiting else articles.Sight(),
        silent=one.check is not None,
    )


def _article_id(one: PageEntry, url: str, listings: Listings) -> str:
    """An entry's article keeps its id; an address that some entry links to is that entry's article."""
    if one.seen and one.seen.article:
        return one.seen.article
    keys = address_key(url), address_key(other_scheme(url))
    return next((known for key in keys if (known := listings.article(key))), "") or ids.article_id(url)


def _is_disputed(one: PageEntry, parsed: ParsedPage, claimed: str, listings: Listings) -> bool:
    """Whether the claimed address is another entry's: a template's mistake. What was believed stays so."""
    if one.seen is None:
        return False
    address = address_key(claimed)
    article = listings.article(address) or ids.article_id(claimed)
    if one.seen.article == article:
        return False
    title = parsed.title or (one.waiting.title if one.waiting else "")
    version = ids.version_id(article, title, parsed.text)
    if listings.disputes(article, version, one.feed.feed_id, one.seen.key):
        return True
    awaited = {page.title for page in one.state.pending if entry_key(page.url) == address}
    # Nobody has seen the page that is waited for: the title says which entry this text belongs to.
    return one.waiting is not None and not awaited <= {one.waiting.title, parsed.title}


def _withdrawn(one: PageEntry, seen: SeenEntry, reading: PageReading) -> Decision:
    """The publisher says that a published article is gone for good."""
    url = canonical(reading.url) or reading.url
    gone = Withdrawal(
        article_id=seen.article or ids.article_id(url),
        version_id=seen.version,
        url=url,
        source=source_of(reading.url, one.feed, home_url=one.state.home_url),
        language=seen.language or one.feed.language,
        at=reading.at,
        note=reading.reason,
    )
    state = replace(one.state, pending=_without(one.state.pending, one.waiting))
    state = recheck.forgotten(state, seen.key)
    return Decision(with_fate(state, seen.key, version="", fate="withdrawn"), "withdrawn", withdrawal=gone)


def _without_article(one: PageEntry, reading: PageReading, slug: str) -> Decision:
    waiting = one.waiting
    if waiting is None:
        return Decision(one.state, "page-failed", slug)
    attempts = waiting.attempts + 1
    published = bool(one.seen and one.seen.version)
    # An article that is known to be there is not given up for an error page in its place.
    final = slug in _HOPELESS or (slug in _NO_ARTICLE and not published)
    if attempts >= ATTEMPTS_MAX or final:
        return _given_up(one, waiting, reading, slug, published=published)
    due_at = schedule.page_retry(waiting.url, reading.at, attempts, reading.retry_after_s)
    retry = replace(waiting, attempts=attempts, due_at=due_at, reason=slug)
    pages = tuple(retry if page is waiting else page for page in one.state.pending)
    return Decision(with_status(replace(one.state, pending=pages)), "page-failed", slug)


def _given_up(
    one: PageEntry, waiting: PendingPage, reading: PageReading, slug: str, *, published: bool
) -> Decision:
    letter = _dead(reading, slug, one.feed, waiting)
    state = replace(one.state, pending=_without(one.state.pending, waiting))
    if one.seen:
        state = with_fate(state, one.seen.key, fate=ARTICLE if published else slug)
    about = (waiting.title or waiting.url)[:ABOUT_MAX]
    state = with_status(with_unused(state, Unused(reading.at, slug, about, letter.detail[:ABOUT_MAX])))
    return Decision(state, "page-failed", slug) if slug == _ITS_WISH else Decision(state, "dead", dead=letter)


def _slug(reading: PageReading) -> str:
    """Why a reading gives no article; empty where it may give one."""
    if reading.outcome != "ok":
        return reading.outcome
    parsed = reading.parsed
    if parsed is None:
        return "bad_url"
    if parsed.refusal:
        return parsed.refusal
    asked, final = canonical(reading.url), canonical(reading.final_url or reading.url)
    sent_up = asked and final and asked != final and is_index_of(final, asked)
    return "index_page" if sent_up else ""


def _dead_reason(slug: str) -> str:
    if slug in _NO_ARTICLE:
        return "no-article"
    return "page-unreadable" if slug in _UNREADABLE else "page-unreachable"


def _dead(reading: PageReading, slug: str, feed: Feed | None, waiting: PendingPage | None) -> DeadLetter:
    why = (reading.parsed.reason if reading.parsed else "") or reading.reason
    if slug == "index_page":
        why = f"sent on to {reading.final_url}, which is a front or section page"
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
