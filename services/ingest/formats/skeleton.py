"""What is read of a feed, and nothing else, in the shape feedparser reads best: every field a leaf.

In feedparser, what is nested in a picture, an author or a group of media overwrites the item's own, a
second summary is a content, elements of HTML end the text they stand in, and the rule for authors is
quadratic (kurtmckee/feedparser #562). Nothing states its base here: an id would be joined to it.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from services.ingest.formats.elements import (
    Fields,
    attribute,
    fields,
    language_of,
    markup,
    name,
    text_in,
    words,
)
from services.ingest.formats.entries import is_address
from services.ingest.text.dates import MAX_STAMP, read_stamp
from services.ingest.text.document import Element
from services.ingest.text.plain import plain

MARK = "\ufeff"
"""Ends a value that is not ASCII: what is all Latin-1, feedparser may take for UTF-8 misread ("CAFÉ®")."""
_NAMESPACES = {
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_WORDS = {
    "feedburner:origlink": ("feedburner:origlink", "pheedo:origlink"),
    "ttl": ("ttl",),
    "sy:updatePeriod": ("sy:updateperiod",),
    "sy:updateFrequency": ("sy:updatefrequency",),
}
"""As what feedparser knows a field: the names that feeds have for it, the best first."""
_STAMPS = {
    "published": (
        *("pubdate", "published", "atom:published", "issued", "atom:issued", "dcterms:issued"),
        *("dc:date", "dcterms:created", "dcterms:date", "date", "created"),
    ),
    "updated": ("updated", "atom:updated", "modified", "atom:modified", "dcterms:modified"),
    "created": ("dc:date",),
}
_ID = ("guid", "id", "atom:id")
_TITLE = ("title", "atom:title", "dc:title")
_SUMMARY = ("description", "summary", "atom:summary", "dc:description", "itunes:summary")
_CONTENT = (
    *("content:encoded", "encoded", "content", "atom:content"),
    *("xhtml:body", "body", "fulltext", "content_encoded"),
)
_TEXT = frozenset({"", "text", "text/plain"})
_HTML = frozenset({"text/html", "text/xhtml", "application/xhtml+xml"})


class Texts(NamedTuple):
    """HTML of what an item says; empty where it says nothing."""

    summary: str = ""
    content: str = ""


class Skeleton(NamedTuple):
    document: bytes
    texts: Sequence[Texts]
    """Of each entry, beside the document: feedparser would only copy them, letter by letter."""


def skeleton(channel: Element, items: Iterable[Element], native: str, *, atom: bool) -> Skeleton:
    """A document with an entry for each item, in their order."""
    texts: list[Texts] = []
    root = etree.Element("feed" if atom else "channel", nsmap=_NAMESPACES)
    about = fields(channel, native)
    _add(root, "language", words(about, "language", "dc:language") or language_of(channel))
    _add_common(root, about, atom=atom)
    for item in items:
        entry, found = etree.SubElement(root, "entry" if atom else "item"), fields(item, native)
        _add_item(entry, item, found, atom=atom)
        _add_source(entry, found)
        texts.append(Texts(*(_longest(found, names, atom=atom).strip() for names in (_SUMMARY, _CONTENT))))
    return Skeleton(bytes(etree.tostring(root, encoding="utf-8")), texts)


def _add_item(entry: Element, item: Element, found: Fields, *, atom: bool) -> None:
    about = attribute(item, "about")
    # The id comes first: behind a link, feedparser takes none for an address.
    _add_id(entry, found, otherwise=about)
    _add_common(entry, found, atom=atom)
    if is_address(about):
        _add_link(entry, about, relation="self")
    for called, names in _STAMPS.items():
        _add(entry, called, _stamp(found, names))


def _add_source(entry: Element, found: Fields) -> None:
    for source in [*found.get("source", ()), *found.get("atom:source", ())][:1]:
        inside = fields(source, "atom")
        of_source = etree.SubElement(entry, "source", url=attribute(source, "url"))
        _add_id(of_source, inside)
        _add_links(of_source, [link for link in inside.get("link", ()) if attribute(link, "href")])


def _add_common(target: Element, found: Fields, *, atom: bool) -> None:
    title = _first_leaf(found, _TITLE)
    if title is not None:
        html = atom and "html" in attribute(title, "type").lower()
        text = markup(title, escaped=not _is_xhtml(title)) if html else text_in(title)
        _add(target, "title", text, type="html" if html else "text")
    _add_links(target, [*found.get("link", ()), *found.get("atom:link", ())])
    for called, names in _WORDS.items():
        _add(target, called, words(found, *names))


def _add_id(target: Element, found: Fields, *, otherwise: str = "") -> None:
    stated = _first_leaf(found, _ID)
    if stated is None:
        _add(target, "guid", otherwise)
    else:
        no_link = attribute(stated, "ispermalink").lower() == "false"
        _add(target, "guid", text_in(stated).strip(), ispermalink="false" if no_link else "true")


def _add_links(target: Element, links: Sequence[Element]) -> None:
    """Those of RSS before those of Atom, which may be of anything."""
    for link in links:
        if not attribute(link, "href"):
            _add_link(target, text_in(link).strip())
    for link in links:
        relation = attribute(link, "rel").lower().rpartition("/")[2]
        _add_link(target, attribute(link, "href"), relation, attribute(link, "type"))


def _add_link(target: Element, href: str, relation: str = "", kind: str = "") -> None:
    if href:
        etree.SubElement(target, "link", href=href, rel=relation or "alternate", type=kind or "text/html")


def _add(target: Element, called: str, value: str, **attributes: str) -> None:
    """A field, unless it says nothing."""
    if value.strip():
        prefix, _, local = called.rpartition(":")
        field = etree.SubElement(
            target, f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else called, attributes
        )
        value = value if value.isascii() else value + MARK
        # Of CDATA, expat makes one piece a line; else it makes one of every reference.
        field.text = value if "]]>" in value else etree.CDATA(value)


def _first_leaf(found: Fields, names: Iterable[str]) -> Element | None:
    """The first that says anything."""
    stated = (one for called in names for one in found.get(called, ()))
    return next((one for one in stated if text_in(one).strip()), None)


def _stamp(found: Fields, names: Iterable[str]) -> str:
    """The first that can be read, an exact one before a day alone; else the first."""
    texts = [text for called in names if (text := words(found, called))]
    if len(texts) > 1:
        read = {text: read_stamp(text) for text in texts}
        texts.sort(key=lambda text: 2 if (stamp := read[text]) is None else 0 if stamp.exact else 1)
    return texts[0][: MAX_STAMP + 1] if texts else ""


def _longest(found: Fields, names: Iterable[str], *, atom: bool) -> str:
    """HTML of the field that says most: a feed may give the same text twice, once cut."""
    texts = [text for called in names for one in found.get(called, ()) if (text := _html(one, atom=atom))]
    return max(texts, key=lambda text: len(plain(text)) if len(texts) > 1 else 0, default="")


def _html(element: Element, *, atom: bool) -> str:
    """RFC 4287, 3.1.1; in RSS all text is HTML. A picture, a sound or a film is none."""
    if not atom and not name(element).startswith("atom"):
        return markup(element, escaped=True)
    kind = attribute(element, "type").lower()
    if kind in _TEXT and not len(element):
        return escape(text_in(element), quote=False).replace("\n", "<br>")
    if "/" in kind and kind not in _TEXT | _HTML:
        return ""
    return markup(element, escaped=not _is_xhtml(element))


def _is_xhtml(element: Element) -> bool:
    return "xhtml" in attribute(element, "type").lower()
