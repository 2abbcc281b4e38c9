"""Feed bytes to entries: finds out what a body is and hands it to the reader of that format.

Runs in a worker process, because feedparser holds the GIL and strangers write the input. Never raises: a
body that is no feed gives a refusal with a reason.
"""

import re

from services.ingest.formats.entries import refused
from services.ingest.formats.jsonfeed import read_json_feed
from services.ingest.formats.sitemap import read_sitemap
from services.ingest.formats.syndication import read_xml
from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedFeed
from services.ingest.text.charset import text_of
from services.ingest.text.markup import root_of

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FEED_INSIDE = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]")
_NOT_A_FEED = {
    "html": "an HTML page, not a feed",
    "opml": "an OPML list of feeds, not a feed; import it with `newsfold feeds import`",
}


def read_feed(exchange: Exchange) -> ParsedFeed:
    """The feed in an exchange's body; relative links are resolved against its final URL."""
    text = _CONTROL.sub("", text_of(exchange.body, exchange.content_type)).lstrip()
    if not text:
        return refused("empty_body", "the body is empty")
    try:
        return _read(text, exchange.final_url or exchange.url)
    except RecursionError:
        return refused("too_deep", "nested too deep to be a feed")
    except MemoryError:
        return refused("parse_error", "needs more memory than a feed may")
    except Exception as error:  # noqa: BLE001 - a stranger's bytes must never stop the others
        return refused("parse_error", f"{type(error).__name__}: {str(error)[:200]}")


def _read(text: str, base: str) -> ParsedFeed:
    if text[0] in "{[":
        return read_json_feed(text, base)
    kind = root_of(text)
    if kind in {"urlset", "sitemapindex"}:
        return read_sitemap(text, base)
    if kind in _NOT_A_FEED and not _FEED_INSIDE.search(text):
        return refused("not_a_feed", _NOT_A_FEED[kind])
    return read_xml(text, base)
