"""Fields of an element by their names in the formats: whatever prefix or namespace they came with."""

from html import escape
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]

from services.ingest.text.document import Element
from services.ingest.text.markup import local

Fields = dict[str, list[Element]]
"""Direct children alone: what a picture, an author or a source says of itself is not the item's."""

_XML = "{http://www.w3.org/XML/1998/namespace}"
_PREFIXES = {
    "purl.org/rss/1.0": "",
    "purl.org/rss/2.0": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "backend.userland.com/rss": "",
    "backend.userland.com/rss2": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "www.w3.org/2005/atom": "atom",
    "purl.org/atom/ns": "atom",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/terms": "dcterms",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "www.pheedo.com/namespace/pheedo": "pheedo",
    "search.yahoo.com/mrss": "media",
    "www.w3.org/1999/xhtml": "xhtml",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
}


def name(element: Element, native: str = "") -> str:
    """`prefix:name` in lower case; the prefix is the usual one, and none for the format's own (`native`)."""
    tag = str(element.tag)
    namespace, _, called = tag.rpartition("}") if tag[0] == "{" else ("", "", tag)
    own, colon, called = called.lower().rpartition(":")
    prefix = own if colon else _prefix(namespace[1:], element)
    return called if not prefix or prefix == native else f"{prefix}:{called}"


def _prefix(namespace: str, element: Element) -> str:
    folded = namespace.lower().partition("://")[2].rstrip("/#")
    return _PREFIXES.get(folded, str(element.prefix or "").lower())


def fields(element: Element, native: str = "") -> Fields:
    found: Fields = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(name(child, native), []).append(child)
    return found


def text_in(element: Element) -> str:
    """All characters inside, of whatever depth."""
    return "".join(element.itertext())


def words(found: Fields, *names: str) -> str:
    """The first of the fields that says anything."""
    texts = (text_in(one).strip() for name in names for one in found.get(name, ()))
    return next((text for text in texts if text), "")


def attribute(element: Element, called: str) -> str:
    """By local name, in any case of letters."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2].rpartition(":")[2].lower() == called:
            return str(value).strip()
    return ""


def markup(element: Element, *, escaped: bool) -> str:
    """HTML of what is inside. `escaped`: the element's own text is HTML already, as in RSS."""
    pieces = [_own(element.text, escaped=escaped)]
    for child in element:
        if isinstance(child.tag, str):
            for one in child.iter("*"):
                one.tag = local(str(one.tag).rpartition("}")[2])
            pieces.append(etree.tostring(child, method="html", encoding="unicode", with_tail=False))
        pieces.append(_own(child.tail, escaped=escaped))
    return "".join(pieces)


def _own(text: str | None, *, escaped: bool) -> str:
    return (text or "") if escaped else escape(text or "", quote=False)


def base_of(element: Element, document: str) -> str:
    """What `xml:base` says around an element, made absolute; empty where nothing does."""
    stated = [one.get(f"{_XML}base") for one in (element, *element.iterancestors())]
    bases = [one.strip() for one in stated if one and one.strip()]
    base = document
    for one in reversed(bases):
        base = urljoin(base, one)
    return base if bases else ""


def language_of(element: Element) -> str:
    """What `xml:lang` says around an element."""
    return next((lang for one in (element, *element.iterancestors()) if (lang := one.get(f"{_XML}lang"))), "")
