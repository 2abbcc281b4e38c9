"""What is read of a feed, and nothing else, in the shape feedparser reads best: every field a leaf.

In feedparser, what is nested in a picture, an author or a group of media overwrites the item's own, a
second summary is a content, elements of HTML end the text they stand in, and the rule for authors is
quadratic (kurtmckee/feedparser #562). Nothing states its base here: an id would be joined to it.
"""

from collections.abc import Iterable, Iterator, Sequence
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
from services.ingest.text.document import Element
from services.ingest.text.plain import plain

MAX_WORDS = 2_500
"""Characters of a field that is no text: an address or a date of that length is none."""
MARK = "\ufeff"
"""Ends a value that is not ASCII: what is all Latin-1, feedparser may take for UTF-8 misread ("CAFÉ®")."""
_NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_WORDS = {
    "feedburner:origlink": ("feedburner:origlink", "pheedo:origlink"),
    "published": ("pubdate", "published", "atom:published", "issued", "atom:issued", "dcterms:issued"),
    "created": ("dc:date", "dcterms:created", "dcterms:date", "date", "created"),
    "updated": ("updated", "atom:updated", "modified", "atom:modified", "dcterms:modified"),
    "ttl": ("ttl",),
    "sy:updatePeriod": ("sy:updateperiod",),
    "sy:updateFrequency": ("sy:updatefrequency",),
}
"""As what feedparser knows a field: the names that feeds have for it, the best first."""
_TITLE = ("title", "atom:title", "dc:title")
_SUMMARY = ("description", "summary", "atom:summary", "dc:description", "itunes:summary")
_CONTENT = (
    *("content:encoded", "encoded", "content", "atom:content"),
    *("xhtml:body", "body", "fulltext", "content_encoded"),
)
_TEXT = frozenset({"", "text", "text/plain"})
_HTML = frozenset({"text/html", "text/xhtml", "application/xhtml+xml"})


class _Text(NamedTuple):
    value: str
    html: bool


def skeleton(channel: Element, items: Iterable[Element], native: str, *, atom: bool) -> bytes:
    """A document with an entry for each item, in their order."""
    root = etree.Element("feed" if atom else "channel", nsmap=_NAMESPACES)
    about = fields(channel, native)
    _add(root, "language", words(about, "language", "dc:language") or language_of(channel))
    _add_common(root, about, atom=atom)
    for item in items:
        found = fields(item, native)
        entry = etree.SubElement(root, "entry" if atom else "item")
        # First the id: behind a link, feedparser takes none for an address.
        _add_id(entry, found, otherwise=attribute(item, "about"))
        _add_common(entry, found, atom=atom)
        _add_text(entry, "description", _texts(found, _SUMMARY, atom=atom))
        _add_text(entry, "content:encoded", _texts(found, _CONTENT, atom=atom))
        _add_source(entry, found)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _add_common(target: Element, found: Fields, *, atom: bool) -> None:
    titles = (one for called in _TITLE for one in found.get(called, ()) if text_in(one).strip())
    for title in titles:
        # RSS does not say what a title is: its elements are no part of it.
        _add_text(target, "title", _typed(title) if atom else [_Text(text_in(title), html=False)])
        break
    _add_links(target, [*found.get("link", ()), *found.get("atom:link", ())])
    for called, names in _WORDS.items():
        _add(target, called, words(found, *names)[:MAX_WORDS])


def _add_id(target: Element, found: Fields, *, otherwise: str = "") -> None:
    ids = (one for called in ("guid", "id", "atom:id") for one in found.get(called, ()))
    stated = next((one for one in ids if text_in(one).strip()), None)
    if stated is None:
        _add(target, "guid", otherwise)
    else:
        no_link = attribute(stated, "ispermalink").lower() == "false"
        _add(target, "guid", text_in(stated).strip(), ispermalink="false" if no_link else "true")


def _add_links(target: Element, links: Sequence[Element]) -> None:
    """Those of RSS before those of Atom, which may be of anything."""
    for link in sorted(links, key=lambda one: attribute(one, "href") != ""):
        href = attribute(link, "href") or text_in(link).strip()
        relation = attribute(link, "rel").lower().rpartition("/")[2] if attribute(link, "href") else ""
        if href:
            kind = attribute(link, "type") or "text/html"
            etree.SubElement(target, "link", href=href, rel=relation or "alternate", type=kind)


def _add_source(entry: Element, found: Fields) -> None:
    for source in (*found.get("source", ()), *found.get("atom:source", ())):
        inside = fields(source, "atom")
        of_source = etree.SubElement(entry, "source", url=attribute(source, "url"))
        _add_id(of_source, inside)
        _add_links(of_source, [link for link in inside.get("link", ()) if attribute(link, "href")])
        break


def _texts(found: Fields, names: Iterable[str], *, atom: bool) -> Iterator[_Text]:
    for called in names:
        for one in found.get(called, ()):
            if atom or name(one).startswith("atom"):
                yield from _typed(one)
            else:
                yield _Text(markup(one, escaped=True), html=True)


def _typed(element: Element) -> Iterator[_Text]:
    """RFC 4287, 3.1.1. What is typed as neither text nor HTML is a picture, a sound or a film."""
    kind = attribute(element, "type").lower()
    if kind in _TEXT and not len(element):
        yield _Text(text_in(element), html=False)
    elif "/" not in kind or kind in _HTML | _TEXT:
        yield _Text(markup(element, escaped="xhtml" not in kind), html=True)


def _add_text(target: Element, called: str, texts: Iterable[_Text]) -> None:
    """The longest: a feed may give the same text twice, once cut."""
    given = [text for text in texts if text.value.strip()]
    if given:
        longest = max(given, key=lambda one: len(plain(one.value)) if len(given) > 1 else 0)
        _add(target, called, longest.value, type="html" if longest.html else "text")


def _add(target: Element, called: str, value: str, **attributes: str) -> None:
    """A field, unless it says nothing."""
    if value:
        prefix, _, local = called.rpartition(":")
        field = etree.SubElement(
            target, f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else called, attributes
        )
        field.text = value if value.isascii() else value + MARK
