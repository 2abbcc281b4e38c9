"""RSS 0.9 to 2.0, RDF and Atom: what their feeds and items say, each field as its format means it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.ingest.formats.elements import (
    Fields,
    attribute,
    base_of,
    fields,
    language_of,
    markup,
    name,
    text_in,
    words,
)
from services.ingest.formats.entries import Draft, Place, address, document, identifier, is_address, refused
from services.ingest.readings import ParsedFeed
from services.ingest.text.dates import read_stamp
from services.ingest.text.document import Document, Element
from services.ingest.text.language import code
from services.ingest.text.plain import exact_title, loose_title, plain, title

ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
ITEMS = frozenset({"item", "entry"})
_PUBLISHED = (
    "pubdate published atom:published issued atom:issued dcterms:issued dc:date dcterms:created dcterms:date"
    " date created"
).split()
_UPDATED = "updated atom:updated modified atom:modified dcterms:modified".split()
_CONTENT = "content:encoded encoded content atom:content xhtml:body body fulltext content_encoded".split()
_SUMMARY = "description summary atom:summary dc:description itunes:summary".split()
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800}


def read_syndication(found: Document, url: str) -> ParsedFeed:
    """A whole document, fetched at `url`."""
    native = "" if found.kind == "rdf" else name(found.root).rpartition(":")[0]
    items = list(_items(found.root, native))
    channel = _channel(found.root, native)
    about = fields(channel, native)
    if not items and not (about.keys() & {"title", "link", "description", "id"}):
        return refused("not_a_feed", "neither RSS, Atom, RDF, JSON Feed nor a news sitemap")
    place = Place(url, _home(about, base_of(channel, url) or url))
    return document(
        items,
        lambda item: _draft(item, native, place),
        place,
        counted=_counted(found, native),
        title=_title(about, atom=found.kind == "feed"),
        language=code(
            words(about, "language", "dc:language") or language_of(channel) or language_of(found.root)
        ),
        ttl_s=_ttl_s(about),
    )


def _items(element: Element, native: str) -> Iterator[Element]:
    """Items wherever they are, but not inside of others."""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if name(child, native) in ITEMS:
            yield child
        elif name(child, native) in {"channel", "items", "rss", "feed", "rdf:rdf", "body"}:
            yield from _items(child, native)


def _counted(found: Document, native: str) -> int:
    """Items by the tags of the text alone."""
    prefix = str(found.root.prefix or "")
    own = {f"{prefix}:item", f"{prefix}:entry"} if prefix and native else {"item", "entry"}
    return sum(count for tag, count in found.tags.items() if tag.lower() in {one.lower() for one in own})


def _channel(root: Element, native: str) -> Element:
    return next(
        (child for child in root if isinstance(child.tag, str) and name(child, native) == "channel"), root
    )


def _draft(item: Element, native: str, place: Place) -> Draft:
    found = fields(item, native)
    atom = name(item, native) == "entry"
    return Draft(
        id=identifier(words(found, "guid", "id", "atom:id") or attribute(item, "about")),
        links=[link for link in _links(item, found) if link],
        base=base_of(item, place.document),
        source=_source(found),
        headline=_title(found, atom=atom),
        summary=_longest(found, _SUMMARY, atom=atom),
        content=_longest(found, _CONTENT, atom=atom),
        published_at=_published_at(found),
        updated=words(found, *_UPDATED, "dc:date"),
    )


# --- addresses -------------------------------------------------------------------------------------


def _links(item: Element, found: Fields) -> Iterator[str]:
    """Where the article is, the surest first. An enclosure is no article."""
    yield words(found, "feedburner:origlink", "pheedo:origlink")
    linked = [*found.get("link", ()), *found.get("atom:link", ())]
    yield from (text_in(one).strip() for one in linked if not attribute(one, "href"))
    yield from _alternates(linked)
    yield from (one for one in _permalinks(item, found) if is_address(one))
    yield from (attribute(one, "href") for one in linked if _relation(one) == "self")


def _alternates(links: Iterable[Element]) -> list[str]:
    """Pages first, then other forms of the article."""
    alternates = [one for one in links if attribute(one, "href") and _relation(one) == "alternate"]
    alternates.sort(key=lambda one: "html" not in (attribute(one, "type") or "html"))
    return [attribute(one, "href") for one in alternates]


def _relation(link: Element) -> str:
    return attribute(link, "rel").lower().rpartition("/")[2] or "alternate"


def _permalinks(item: Element, found: Fields) -> Iterator[str]:
    guids = found.get("guid", ())
    yield from (text_in(one).strip() for one in guids if attribute(one, "ispermalink").lower() != "false")
    yield words(found, "id", "atom:id")
    yield attribute(item, "about")


def _home(about: Fields, base: str) -> str:
    linked = [*about.get("link", ()), *about.get("atom:link", ())]
    texts = [text_in(one).strip() for one in linked if not attribute(one, "href")]
    return next((url for link in (*texts, *_alternates(linked)) if (url := address(base, link))), "")


def _source(found: Fields) -> str:
    """Whom an item was taken from."""
    for one in (*found.get("source", ()), *found.get("atom:source", ())):
        inside = fields(one, "atom")
        stated = (attribute(one, "url"), *_alternates(inside.get("link", ())), words(inside, "id"))
        for url in stated:
            if is_address(url):
                return url
    return ""


# --- text ------------------------------------------------------------------------------------------


def _title(found: Fields, *, atom: bool) -> str:
    for one in (*found.get("title", ()), *found.get("atom:title", ()), *found.get("dc:title", ())):
        kind = attribute(one, "type").lower() if atom or name(one).startswith("atom") else "rss"
        headline = _headline(one, kind)
        if headline:
            return headline
    return ""


def _headline(element: Element, kind: str) -> str:
    """RFC 4287, 3.1.1: text holds no markup. RSS does not say, and both are sent."""
    if kind == "rss":
        return loose_title(text_in(element))
    if "html" in kind:
        return title(markup(element, escaped="xhtml" not in kind))
    return exact_title(text_in(element))


def _longest(found: Fields, names: Iterable[str], *, atom: bool) -> str:
    candidates = [_body(one, atom=atom) for name_ in names for one in found.get(name_, ())]
    return max(candidates, key=lambda one: len(plain(one)) if len(candidates) > 1 else 0, default="")


def _body(element: Element, *, atom: bool) -> str:
    kind = attribute(element, "type").lower()
    if not atom and not name(element).startswith("atom"):
        return markup(element, escaped=True)
    if kind in {"", "text", "text/plain"} and not len(element):
        return "<br>".join(markup(element, escaped=False).split("\n"))
    if "/" in kind and kind not in {"text/html", "text/xhtml", "application/xhtml+xml", "text/plain"}:
        return ""
    return markup(element, escaped="xhtml" not in kind)


# --- times -----------------------------------------------------------------------------------------


def _published_at(found: Fields) -> datetime | None:
    """When it was published, as the feed states it; when it was updated only where it states nothing else."""
    for names in (_PUBLISHED, _UPDATED):
        stated = [text for one in names for text in [words(found, one)] if text]
        if stated:
            stamps = [stamp for text in stated if (stamp := read_stamp(text))]
            exact = [stamp for stamp in stamps if stamp.exact]
            return next((stamp.at for stamp in (*exact, *stamps)), None)
    return None


def _ttl_s(about: Fields) -> int:
    ttl = words(about, "ttl")
    if ttl.isascii() and ttl.isdigit() and len(ttl) < 8:
        return int(ttl) * 60
    frequency = words(about, "sy:updatefrequency") or "1"
    period = _PERIODS.get(words(about, "sy:updateperiod").lower(), 0)
    usual = frequency.isascii() and frequency.isdigit() and len(frequency) < 4
    return period // max(1, int(frequency)) if usual else 0
