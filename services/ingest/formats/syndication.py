"""RSS 0.9 to 2.0, RDF and Atom by feedparser, on the mended tree: one bad thing costs one thing.

Its sanitizer, quadratic too (kurtmckee/feedparser #495), and its joining of addresses are off, and its
readings of dates unused: ours are right or null.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from services.ingest.formats.elements import base_of, fields, name
from services.ingest.formats.entries import (
    MAX_ENTRIES,
    EntryDraft,
    Place,
    address,
    document,
    identifier,
    is_address,
    refused_feed,
)
from services.ingest.formats.skeleton import MARK, Skeleton, Texts, skeleton
from services.ingest.readings import ParsedFeed
from services.ingest.text.dates import read_stamp
from services.ingest.text.document import Document, Element
from services.ingest.text.language import code
from services.ingest.text.plain import exact_title, loose_title, title

ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
ITEMS = frozenset({"item", "entry"})
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800}

ReadFields = dict[str, Any]
"""What feedparser makes of a feed or an entry."""


class _Item(NamedTuple):
    element: Element
    said: ReadFields | None
    """None where feedparser makes no entry of it."""
    texts: Texts = Texts()


def read_syndication(found: Document, url: str) -> ParsedFeed:
    """A whole document, fetched at `url`."""
    native = "" if found.kind == "rdf" else name(found.root).rpartition(":")[0]
    atom = found.kind == "feed"
    elements = list(_items(found.root, native))
    channel = _channel(found.root, native)
    if not elements and not (fields(channel, native).keys() & {"title", "link", "description", "id"}):
        return refused_feed("not_a_feed", "neither RSS, Atom, RDF, JSON Feed nor a news sitemap")
    about, items = _parse_skeleton(channel, elements, native, atom=atom)
    place = Place(url, _home(about, base_of(channel, url) or url))
    return document(
        items,
        lambda item: _draft(item, place, atom=atom),
        place,
        counted=_counted(found, native),
        title=_title(about, atom=atom),
        language=code(_text(about, "language")),
        ttl_s=_ttl_s(about),
        hub_url=_related(about, "hub", url),
        self_url=_related(about, "self", url),
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


# --- feedparser ------------------------------------------------------------------------------------


def _parse_skeleton(
    channel: Element, elements: Sequence[Element], native: str, *, atom: bool
) -> tuple[ReadFields, list[_Item]]:
    """What the channel says and what each item does; an item that cannot be read costs itself."""
    few = elements[:MAX_ENTRIES]
    whole = skeleton(channel, few, native, atom=atom)
    about, entries = _parse(whole)
    items = list(map(_Item, few, entries, whole.texts))
    if len(entries) != len(few):
        about, _ = _parse(skeleton(channel, (), native, atom=atom))
        nothing = channel.makeelement("channel")
        items = [_read_alone(one, skeleton(nothing, [one], native, atom=atom)) for one in few]
    return about, [*items, *(_Item(one, None) for one in elements[MAX_ENTRIES:])]


def _read_alone(element: Element, found: Skeleton) -> _Item:
    entries = _parse(found)[1]
    return _Item(element, entries[0] if len(entries) == 1 else None, *found.texts)


def _parse(found: Skeleton) -> tuple[ReadFields, Sequence[ReadFields]]:
    """The channel and its entries; no entry where feedparser had to guess."""
    import feedparser

    try:
        parsed = feedparser.parse(
            BytesIO(found.document),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
    except Exception:  # noqa: BLE001 - a stranger's item must not stop the others
        return {}, ()
    return parsed.feed, () if parsed.bozo else parsed.entries


def _draft(item: _Item, place: Place, *, atom: bool) -> EntryDraft:
    said = item.said
    if said is None:
        raise ValueError("feedparser makes no entry of it")
    published, updated = _text(said, "published"), _text(said, "updated")
    # When it was updated only where it states nothing else.
    stamp = read_stamp(published or updated)
    return EntryDraft(
        id=identifier(_text(said, "id")),
        links=[link for link in _links(said) if link],
        base=base_of(item.element, place.document),
        source=_source(said.get("source") or {}),
        headline=_title(said, atom=atom),
        summary=item.texts.summary,
        content=item.texts.content,
        published_at=stamp.at if stamp else None,
        updated=updated or _text(said, "created"),
    )


def _text(said: ReadFields, field: str) -> str:
    """Not by `get`: feedparser hands out `published` for a missing `updated`, with a warning."""
    return str(dict.get(said, field) or "").removesuffix(MARK)


# --- addresses -------------------------------------------------------------------------------------


def _links(said: ReadFields) -> Iterator[str]:
    """Where the article is, the surest first. An enclosure is no article."""
    yield _text(said, "feedburner_origlink")
    yield from _alternates(said)
    if said.get("guidislink", True) and is_address(_text(said, "id")):
        yield _text(said, "id")
    yield from (str(link.get("href", "")) for link in said.get("links", ()) if link.get("rel") == "self")


def _alternates(said: ReadFields) -> list[str]:
    """Pages first, then other forms of the article."""
    links = [link for link in said.get("links", ()) if link.get("rel") == "alternate" and link.get("href")]
    return [str(link["href"]) for link in sorted(links, key=lambda one: "html" not in one.get("type", ""))]


def _related(about: ReadFields, relation: str, url: str) -> str:
    """Where the channel's link of a relation leads."""
    links = (link for link in about.get("links", ()) if link.get("rel") == relation)
    return next((found for link in links if (found := address(url, str(link.get("href", ""))))), "")


def _home(about: ReadFields, base: str) -> str:
    return next((url for link in _alternates(about) if (url := address(base, link))), "")


def _source(said: ReadFields) -> str:
    """Whom an item was taken from."""
    stated = (_text(said, "href"), *_alternates(said), _text(said, "id"))
    return next((url for url in stated if is_address(url)), "")


# --- the rest --------------------------------------------------------------------------------


def _title(said: ReadFields, *, atom: bool) -> str:
    """RFC 4287, 3.1.1: text holds no markup. RSS does not say, and both are sent."""
    text = _text(said, "title")
    if not atom:
        return loose_title(text)
    return title(text) if said.get("title_detail", {}).get("type") == "text/html" else exact_title(text)


def _ttl_s(about: ReadFields) -> int:
    ttl = _text(about, "ttl")
    if ttl.isascii() and ttl.isdigit() and len(ttl) < 8:
        return int(ttl) * 60
    frequency = _text(about, "sy_updatefrequency") or "1"
    period = _PERIODS.get(_text(about, "sy_updateperiod").lower(), 0)
    usual = frequency.isascii() and frequency.isdigit() and len(frequency) < 4
    return period // max(1, int(frequency)) if usual else 0
