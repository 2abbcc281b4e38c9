"""Entries of any feed format, made in one place: keys, digests, caps, absolute links, plain text.

What leaves here has passed `printable`, whatever way a character came in.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin

from services.ingest.formats.excerpt import read_copy
from services.ingest.keys import digest, entry_key
from services.ingest.readings import Entry, LeftOut, ParsedFeed, Refusal
from services.ingest.text.characters import one_line, without_controls
from services.ingest.text.plain import title_of
from services.ingest.urls import MAX_LENGTH, canonical, host_of, without_login

MAX_ENTRIES = 2_000
MAX_TEXT = 200_000
"""Characters kept of one entry's content."""
MAX_TITLE = 1_000
MAX_ABOUT = 200
_WRAPPED = re.compile(r"\s*[\r\n\t]\s*")
_AMPERSAND = re.compile(r"&(?:amp|#0*38|#[xX]0*26);")
_HTTP = re.compile(r"https?://", re.IGNORECASE)


class EntryDraft(NamedTuple):
    """An item as its format has it. `headline` is plain text, `summary` and `content` are HTML."""

    id: str = ""
    links: Sequence[str] = ()
    """Addresses of the article, the best first; absolute ones are told from others here."""
    base: str = ""
    """What relative ones are relative to, where the item says so itself."""
    source: str = ""
    headline: str = ""
    summary: str = ""
    content: str = ""
    published_at: datetime | None = None
    updated: str = ""


class Place(NamedTuple):
    """Where a feed document lies and what site it is of, which is where its relative links lead."""

    document: str
    home: str = ""

    @property
    def base(self) -> str:
        """A document that lies with a service is of another site than its address says."""
        return self.home if self.home and host_of(self.home) != host_of(self.document) else self.document


def refused_feed(refusal: Refusal, reason: str) -> ParsedFeed:
    return ParsedFeed(refusal=refusal, reason=reason)


def address(base: str, link: str) -> str:
    """An http(s) address as linked, absolute; empty where it is none."""
    cleaned = _AMPERSAND.sub("&", _WRAPPED.sub("", without_controls(link).strip())).replace(" ", "%20")
    if not cleaned:
        return ""
    try:
        url = urljoin(base, cleaned)
    except ValueError:
        return ""
    return without_login(url) if len(url) <= MAX_LENGTH and canonical(url) else ""


def is_address(text: str) -> bool:
    """Whether an id is an address, and may be followed."""
    return _HTTP.match(text.strip()) is not None


def left_out(reason: str, *about: str) -> LeftOut:
    said = (one_line(without_login(text))[:MAX_ABOUT] for text in about if text.strip())
    return LeftOut(reason, next(said, ""))


def document(
    items: Sequence[Any],
    read: Callable[[Any], EntryDraft],
    place: Place,
    *,
    counted: int,
    unreadable: Sequence[LeftOut] = (),
    title: str,
    language: str,
    ttl_s: int = 0,
    hub_url: str = "",
    self_url: str = "",
) -> ParsedFeed:
    """A feed of `items`, as `read` reads one. `counted`: how many the document has, counted another way.

    An item that `read` cannot read, one that says nothing, and those that were counted and not found are
    left out with a reason: `listed` is always `entries`, `left_out` and `cut` together.
    """
    drafts: list[EntryDraft] = []
    without = list(unreadable)
    for number, item in enumerate(items[:MAX_ENTRIES], start=1):
        try:
            draft = read(item)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            without.append(left_out("unreadable", f"item {number}: {type(error).__name__}: {error}"))
            continue
        if any((draft.headline, draft.summary, draft.content, *draft.links)):
            drafts.append(draft)
        else:
            without.append(left_out("no-content", draft.id, f"item {number}"))
    lost = max(0, counted - len(items) - len(unreadable))
    without += [
        left_out("unreadable", "an item that is not where an item can be")
        for _ in range(min(lost, MAX_ENTRIES))
    ]
    entries = _entries(drafts, place)
    cut = len(items[MAX_ENTRIES:]) + max(0, lost - MAX_ENTRIES)
    return ParsedFeed(
        title=one_line(title)[:MAX_TITLE],
        language=language,
        home_url=place.home,
        ttl_s=ttl_s,
        hub_url=hub_url,
        self_url=self_url,
        listed=len(entries) + len(without) + cut,
        entries=entries,
        left_out=tuple(without),
        cut=cut,
    )


def _entries(drafts: Sequence[EntryDraft], place: Place) -> tuple[Entry, ...]:
    shared = Counter(draft.id for draft in drafts)
    stamps = Counter(draft.updated for draft in drafts)
    # One stamp on all entries is the document's, not theirs.
    made_up = len(stamps) == 1 and len(drafts) > 1
    return tuple(
        _entry(draft._replace(updated="" if made_up else draft.updated), place, own_id=shared[draft.id] == 1)
        for draft in drafts
    )


def _entry(draft: EntryDraft, place: Place, *, own_id: bool) -> Entry:
    """`own_id`: no other entry of the document has its id, so that it tells them apart."""
    links = [found for link in draft.links if (found := address(draft.base or place.base, link))]
    url = links[0] if links else ""
    summary = read_copy(draft.summary, links, draft.headline)
    # A feed that sends one text under two names has a content and no summary.
    same = draft.content == draft.summary
    content = summary if same else read_copy(draft.content, links, draft.headline)
    short = "" if content.text == summary.text else summary.text[:MAX_TEXT]
    text = content.text[:MAX_TEXT]
    return Entry(
        key=digest("id", draft.id)
        if draft.id and own_id
        else entry_key(url)
        if url
        else digest("content", draft.headline, short, text),
        digest=digest(draft.headline, short, text, draft.updated),
        id=draft.id,
        url=url,
        source_url=address("", draft.source),
        title=(draft.headline or title_of(text or short))[:MAX_TITLE],
        summary=short,
        content=text,
        excerpt=content.excerpt if text else summary.excerpt,
        published_at=draft.published_at,
    )


def identifier(text: str) -> str:
    """An id as the feed gives it, without what no record may hold."""
    return without_controls(text).strip()[:MAX_LENGTH]
