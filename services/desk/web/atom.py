"""Lists of stories as Atom (RFC 4287): headlines, leads where texts may be shown, links back to the Desk."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from services.desk import addresses
from services.desk.views.rows import StoryRow

KIND: Final = "application/atom+xml; charset=utf-8"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def atom(base: str, path: str, title: str, rows: Sequence[StoryRow]) -> bytes:
    """`base`: scheme and host under which the Desk was asked, without a slash at its end."""
    feed = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _text(feed, "id", f"{base}{path}")
    _text(feed, "title", title)
    updated = max((row.last_seen_at for row in rows), default=_EPOCH)
    _text(feed, "updated", _time(updated))
    SubElement(feed, "link", rel="self", href=f"{base}{path}")
    SubElement(SubElement(feed, "author"), "name").text = "Newsfold"
    for row in rows:
        _entry(feed, base, row)
    body: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _entry(feed: Element, base: str, row: StoryRow) -> None:
    entry = SubElement(feed, "entry")
    _text(entry, "id", f"urn:newsfold:story:{row.story_id}")
    _text(entry, "title", row.headline)
    _text(entry, "published", _time(row.first_seen_at))
    _text(entry, "updated", _time(row.last_seen_at))
    SubElement(entry, "link", rel="alternate", href=f"{base}{addresses.story(row.story_id)}")
    spread = row.spread
    told = f"{spread.outlets} outlets, {spread.texts} texts, {spread.copies} copies"
    _text(entry, "summary", f"{row.lead}\n{told}" if row.lead else told)
    for outlet in row.outlets:
        SubElement(entry, "category", term=_clean(outlet))


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _clean(text)


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot carry."""
    return "".join(sign if _is_carried(ord(sign)) else "\ufffd" for sign in text)


def _is_carried(code: int) -> bool:
    if code < 0x20:
        return code in (0x9, 0xA, 0xD)
    return not (0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF))


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
