"""Google News sitemaps (https://www.google.com/schemas/sitemap-news/0.9): links with titles and dates.

A sitemap without news tags lists a whole site and is refused.
"""

from collections import Counter
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.ingest.formats.entries import MAX_ENTRIES, entry, refused
from services.ingest.readings import Entry, ParsedFeed
from services.ingest.text.dates import moment
from services.ingest.text.language import code
from services.ingest.text.plain import title


def read_sitemap(text: str, base: str) -> ParsedFeed:
    try:
        root = fromstring(text.encode("utf-8", "replace") if text.startswith("<?xml") else text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        return refused("parse_error", f"sitemap: {error or type(error).__name__}")
    news = [(url, one) for url in root for one in url if _name(one) == "news"]
    if not news:
        return refused("not_a_feed", "a sitemap without news tags lists a whole site")
    languages = Counter(code(_below(one, "language")) for _, one in news)
    return ParsedFeed(
        title=title(_below(news[0][1], "name")),
        language=languages.most_common(1)[0][0],
        entries=tuple(_entry(url, one, base) for url, one in news[:MAX_ENTRIES]),
        cut=len(news[MAX_ENTRIES:]),
    )


def _entry(url: Element, news: Element, base: str) -> Entry:
    return entry(
        base=base,
        link=_below(url, "loc"),
        headline=title(_below(news, "title")),
        published_at=moment(_below(news, "publication_date")),
        updated=_below(url, "lastmod"),
    )


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _below(element: Element, name: str) -> str:
    return next(((one.text or "").strip() for one in element.iter() if _name(one) == name), "")
