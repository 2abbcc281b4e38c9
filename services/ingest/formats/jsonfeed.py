"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read leniently: feedparser knows none."""

import re
from typing import Any

import msgspec

from services.ingest.formats.entries import MAX_ENTRIES, MAX_TITLE, entry, refused
from services.ingest.readings import Entry, ParsedFeed
from services.ingest.text.dates import moment
from services.ingest.text.language import code
from services.ingest.text.plain import plain, tidy, title

_VERSION = re.compile(r"(?:https?://(?:www\.)?jsonfeed\.org/version/)?1(?:\.\d+)?$")


def read_json_feed(text: str, base: str) -> ParsedFeed:
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return refused("parse_error", f"not JSON: {error}")
    if not isinstance(document, dict) or not _VERSION.match(_text(document, "version")):
        return refused("not_a_feed", "JSON, but no JSON Feed")
    items = [item for item in _list(document.get("items")) if isinstance(item, dict)]
    language = code(_text(document, "language"))
    return ParsedFeed(
        title=title(_text(document, "title"))[:MAX_TITLE],
        language=language,
        entries=tuple(_entry(item, base) for item in items[:MAX_ENTRIES]),
        cut=len(items[MAX_ENTRIES:]),
    )


def _entry(item: dict[str, Any], base: str) -> Entry:
    return entry(
        base=base,
        link=_text(item, "url") or _text(item, "external_url"),
        id=_text(item, "id"),
        headline=title(_text(item, "title")),
        summary=tidy(_text(item, "summary")),
        content=plain(_text(item, "content_html")) or tidy(_text(item, "content_text")),
        published_at=moment(_text(item, "date_published")),
        updated=_text(item, "date_modified"),
    )


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, str | int | float) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
