"""RSS, Atom and RDF by feedparser, with its sanitizer off and its quadratic corners cut before it sees them.

kurtmckee/feedparser #562 is the author rule, #495 the sanitizer.
"""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from services.ingest.formats.entries import MAX_ENTRIES, MAX_TITLE, entry, refused
from services.ingest.readings import Entry, ParsedFeed
from services.ingest.text.language import code
from services.ingest.text.plain import plain, title

MAX_NAME = 2_000
"""Longer names and titles are cut: feedparser's author rules are quadratic."""

_LONG_NAME = re.compile(
    rf"(<(?:\w+:)?(?:author|creator|contributor|name|email|managingEditor|webMaster|publisher|title)\b[^>]{{0,500}}>"
    rf"(?:<!\[CDATA\[)?[^<]{{{MAX_NAME}}})[^<]+"
)
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)


def read_xml(text: str, base: str) -> ParsedFeed:
    import feedparser

    text, cut = _cut(_LONG_NAME.sub(r"\1", text))
    found = feedparser.parse(
        BytesIO(text.encode("utf-8", "replace")),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": base},
    )
    if not found.get("version") and not found.entries:
        return refused("not_a_feed", "neither RSS, Atom, RDF, JSON Feed nor a news sitemap")
    feed = found.feed
    stamps = Counter(_updated(item) for item in found.entries)
    return ParsedFeed(
        title=title(str(feed.get("title", "")))[:MAX_TITLE],
        language=code(str(feed.get("language", ""))),
        ttl_s=_ttl_s(feed),
        entries=tuple(_entry(item, base, stamps) for item in found.entries[:MAX_ENTRIES]),
        cut=cut + len(found.entries[MAX_ENTRIES:]),
    )


def _cut(text: str) -> tuple[str, int]:
    """The document up to its last allowed entry, and how many entries that leaves out."""
    ends = [match.end() for match in _ENTRY_END.finditer(text)]
    if len(ends) <= MAX_ENTRIES:
        return text, 0
    return text[: ends[MAX_ENTRIES - 1]], len(ends) - MAX_ENTRIES


def _entry(item: dict[str, Any], base: str, stamps: Mapping[str, int]) -> Entry:
    updated = _updated(item)
    made_up = (
        len(stamps) == 1 and stamps[updated] > 1
    )  # one stamp on all entries is the document's, not theirs
    # Not `item.get`: feedparser hands out `published` for a missing `updated`, with a warning.
    published = dict.get(item, "published_parsed") or dict.get(item, "updated_parsed")
    return entry(
        base=base,
        link=_link(item),
        id=str(item.get("id", "")),
        headline=title(_text(item.get("title_detail"), item.get("title"))),
        summary=plain(_text(item.get("summary_detail"), item.get("summary"))),
        content=max(
            (plain(_text(part, part.get("value"))) for part in item.get("content", ())), key=len, default=""
        ),
        published_at=_moment(published),
        updated="" if made_up else updated,
    )


def _updated(item: dict[str, Any]) -> str:
    return str(dict.get(item, "updated") or "")


def _link(item: Mapping[str, Any]) -> str:
    identifier = str(item.get("id", ""))
    candidates = (
        item.get("feedburner_origlink"),
        item.get("link"),
        *_alternates(item.get("links", ())),
        identifier,
    )
    return next(
        (str(one) for one in candidates if one and (one != identifier or str(one).startswith("http"))), ""
    )


def _alternates(links: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    return [str(link.get("href", "")) for link in links if link.get("rel") == "alternate"]


def _text(detail: Any, value: Any) -> str:
    text = str(value or "")
    if detail and detail.get("type") == "text/plain":
        return text.replace("&", "&amp;").replace("<", "&lt;")
    return text


def _moment(parsed: Any) -> datetime | None:
    """Feedparser's UTC time tuple."""
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800}


def _ttl_s(feed: Mapping[str, Any]) -> int:
    ttl = str(feed.get("ttl", "")).strip()
    if ttl.isdigit() and len(ttl) < 8:
        return int(ttl) * 60
    frequency = str(feed.get("sy_updatefrequency", "1")).strip()
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower(), 0)
    return period // max(1, int(frequency)) if frequency.isdigit() and len(frequency) < 4 else 0
