"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read leniently and item by item."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape
from typing import Any

from services.ingest.formats.entries import (
    EntryDraft,
    Place,
    address,
    document,
    identifier,
    is_address,
    left_out,
    refused_feed,
)
from services.ingest.readings import LeftOut, ParsedFeed
from services.ingest.text.dates import read_stamp
from services.ingest.text.json_text import BadJson, elements, is_whole, member_of, read_value
from services.ingest.text.language import code
from services.ingest.text.plain import loose_title

_VERSION = re.compile(r"(?:https?://(?:www\.)?jsonfeed\.org/version/)?1(?:\.\d+)?/?$")
_MARK = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')


def json_feed_in(text: str) -> str:
    """From where a JSON Feed begins, behind what a server printed before it; empty where there is none."""
    if text[0] in "{[":
        return text
    mark = _MARK.search(text)
    opening = text.rfind("{", 0, mark.start()) if mark else -1
    return text[opening:] if opening >= 0 else ""


def read_json_feed(text: str, url: str) -> ParsedFeed:
    """A document fetched at `url`."""
    if not is_whole(text):
        return refused_feed("incomplete", "the JSON ends before its last bracket is closed")
    items: list[Any]
    broken: list[LeftOut]
    try:
        feed = read_value(text)
        listed = feed.get("items") if isinstance(feed, dict) else None
        items, broken = (listed if isinstance(listed, list) else []), []
    except BadJson as error:
        feed = _members(text)
        items, broken = _one_by_one(text)
        if not items:
            return refused_feed("parse_error", f"not JSON: {error}")
    if not isinstance(feed, dict) or not _VERSION.match(_text(feed, "version")):
        return refused_feed("not_a_feed", "JSON, but no JSON Feed")
    place = Place(url, address(url, _text(feed, "home_page_url")))
    return document(
        items,
        _draft,
        place,
        counted=sum(1 for _ in _item_texts(text)),
        unreadable=broken,
        title=loose_title(_text(feed, "title")),
        language=code(_text(feed, "language")),
        hub_url=address(url, _hub(feed)),
        self_url=address(url, _text(feed, "feed_url")),
    )


def _hub(feed: Mapping[str, Any]) -> str:
    hubs = feed.get("hubs")
    known = (one for one in hubs if isinstance(one, dict)) if isinstance(hubs, list) else ()
    return next((_text(one, "url") for one in known if _text(one, "type").lower() == "websub"), "")


def _item_texts(text: str) -> Iterator[str]:
    """The texts of a document's items."""
    start = member_of(text, "items")
    return elements(text, start) if start is not None and text.startswith("[", start) else iter(())


def _members(text: str) -> dict[str, Any]:
    """What a document that is no JSON as a whole says of itself."""
    found: dict[str, Any] = {}
    for key in ("version", "title", "language", "home_page_url"):
        start = member_of(text, key)
        if start is not None:
            with suppress(BadJson):
                found[key] = read_value(text[start:])
    return found


def _one_by_one(text: str) -> tuple[list[Any], list[LeftOut]]:
    """The items of a document that is no JSON as a whole, and those that are none either."""
    items: list[Any] = []
    broken: list[LeftOut] = []
    for number, element in enumerate(_item_texts(text), start=1):
        try:
            items.append(read_value(element))
        except BadJson as error:
            broken.append(left_out("unreadable", f"item {number}: {error}"))
    return items, broken


def _draft(item: Any) -> EntryDraft:
    if not isinstance(item, dict):
        raise TypeError(f"an item is an object, not {type(item).__name__}")
    id_ = identifier(_text(item, "id"))
    links = (item.get("url"), id_ if is_address(id_) else "", item.get("external_url"))
    return EntryDraft(
        id=id_,
        links=[link for link in links if isinstance(link, str) and link],
        headline=loose_title(_text(item, "title")),
        summary=_plain(_text(item, "summary")),
        content=_text(item, "content_html") or _plain(_text(item, "content_text")),
        published_at=_published_at(item),
        updated=_text(item, "date_modified"),
    )


def _published_at(item: Mapping[str, Any]) -> Any:
    stamp = read_stamp(_text(item, "date_published") or _text(item, "date_modified"))
    return stamp.at if stamp else None


def _plain(text: str) -> str:
    """Text without markup, as markup."""
    return escape(text, quote=False).replace("\n", "<br>")


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
