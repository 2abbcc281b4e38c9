"""Google News sitemaps (https://www.google.com/schemas/sitemap-news/0.9): links with titles and dates.

A sitemap without news tags lists a whole site and is refused; an index of sitemaps names those to look at.
"""

import re
from collections import Counter
from datetime import UTC, datetime

from services.ingest.formats.elements import Fields, fields, name, text_in
from services.ingest.formats.entries import EntryDraft, Place, address, document, left_out, refused_feed
from services.ingest.readings import ParsedFeed
from services.ingest.text.dates import read_stamp
from services.ingest.text.document import Document, Element
from services.ingest.text.language import code
from services.ingest.text.markup import local
from services.ingest.text.plain import loose_title

ROOTS = frozenset({"urlset", "sitemapindex"})
MAX_SITEMAPS = 50
SHOWN = 3
"""How many sitemaps of an index are named to people."""
_NEWS = re.compile(
    r"(?<![a-z])(?:google)?_?-?news(?![a-z]*letter)|latest|recent|48h|actu|nachrichten|noticias|notizie"
)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def read_sitemap(found: Document, url: str) -> ParsedFeed:
    """A whole document, fetched at `url`."""
    if found.kind == "sitemapindex":
        return _index(found, url)
    urls = [one for one in found.root.iter() if _called(one, "url")]
    news = [one for one in urls if _local(one).get("news")]
    if not news:
        return refused_feed("not_a_feed", "a sitemap without news tags lists a whole site")
    languages = Counter(code(_text_of(_publication(one), "language")) for one in news)
    return document(
        news,
        _draft,
        Place(url),
        counted=sum(count for tag, count in found.tags.items() if local(tag) == "url"),
        unreadable=[
            left_out("no-news-tags", _text_of(_local(one), "loc")) for one in urls if one not in news
        ],
        title=loose_title(_text_of(_publication(news[0]), "name")),
        language=languages.most_common(1)[0][0],
    )


def _index(found: Document, url: str) -> ParsedFeed:
    listed = [_local(one) for one in found.root.iter() if _called(one, "sitemap")]
    located = [
        (there, _text_of(one, "lastmod")) for one in listed if (there := address(url, _text_of(one, "loc")))
    ]
    newest = sorted(located, key=lambda one: _changed(one[1]), reverse=True)
    sitemaps = [there for there, _ in sorted(newest, key=lambda one: not _NEWS.search(one[0].lower()))]
    named = [one for one in sitemaps if _NEWS.search(one.lower())] or sitemaps
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    add = f"; add what holds its news: {', '.join(named[:SHOWN])}{more}" if named else ", and an empty one"
    return ParsedFeed(
        refusal="not_a_feed",
        reason=f"an index of {len(listed)} sitemaps, not one of them{add}",
        sitemaps=tuple(dict.fromkeys(sitemaps))[:MAX_SITEMAPS],
    )


def _changed(stamp: str) -> datetime:
    read = read_stamp(stamp)
    return read.at if read else _LONG_AGO


def _draft(url: Element) -> EntryDraft:
    own = _local(url)
    news = _local(own["news"][0])
    stamp = read_stamp(_text_of(news, "publication_date"))
    return EntryDraft(
        links=[_text_of(own, "loc")],
        headline=loose_title(_text_of(news, "title")),
        published_at=stamp.at if stamp else None,
        updated=_text_of(own, "lastmod"),
    )


def _local(element: Element) -> Fields:
    """Direct children by local name: the `loc` of a picture lies a level below."""
    found: Fields = {}
    for key, values in fields(element).items():
        found.setdefault(local(key), []).extend(values)
    return found


def _called(element: Element, wanted: str) -> bool:
    return isinstance(element.tag, str) and local(name(element)) == wanted


def _publication(url: Element) -> Fields:
    news = _local(_local(url)["news"][0])
    return _local(news["publication"][0]) if "publication" in news else {}


def _text_of(found: Fields, name_: str) -> str:
    return next((text for one in found.get(name_, ()) if (text := text_in(one).strip())), "")
