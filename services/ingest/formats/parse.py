"""Feed bytes to entries: finds out what a body is and hands it to the reader of that format.

Runs in a worker process, because strangers write the input. Never raises: a body that is no feed gives a
refusal with a reason.
"""

import re

from services.ingest.formats import sitemap, syndication
from services.ingest.formats.entries import refused_feed
from services.ingest.formats.jsonfeed import json_feed_in, read_json_feed
from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedFeed
from services.ingest.text.characters import without_controls
from services.ingest.text.charset import text_of
from services.ingest.text.document import read_document
from services.ingest.text.markup import root_of

_FEED_INSIDE = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]")
_NOT_A_FEED = {
    "html": "an HTML page, not a feed",
    "opml": "an OPML list of feeds, not a feed; import it with `newsfold feeds import`",
}


def read_feed(exchange: Exchange) -> ParsedFeed:
    """The feed in an exchange's body; relative links are resolved against its final URL."""
    try:
        text = without_controls(text_of(exchange.body, exchange.content_type)).lstrip()
        return (
            _read(text, exchange.final_url or exchange.url)
            if text
            else refused_feed("empty_body", "the body is empty")
        )
    except RecursionError:
        return refused_feed("too_deep", "nested too deep to be a feed")
    except MemoryError:
        return refused_feed("parse_error", "needs more memory than a feed may")
    except Exception as error:  # noqa: BLE001 - a stranger's bytes must never stop the others
        return refused_feed("parse_error", f"{type(error).__name__}: {str(error)[:200]}")


def _read(text: str, url: str) -> ParsedFeed:
    if text[0] in "{[":
        return read_json_feed(text, url)
    kind = root_of(text)
    if kind in _NOT_A_FEED and not _FEED_INSIDE.search(text):
        return refused_feed("not_a_feed", _NOT_A_FEED[kind])
    found = read_document(text, syndication.ROOTS | sitemap.ROOTS)
    if found is None:
        json = json_feed_in(text)
        no_feed = refused_feed("not_a_feed", "neither RSS, Atom, RDF, JSON Feed nor a news sitemap")
        return read_json_feed(json, url) if json else no_feed
    if not found.whole:
        return refused_feed("incomplete", f"the document ends before its <{found.kind}> does")
    read = sitemap.read_sitemap if found.kind in sitemap.ROOTS else syndication.read_syndication
    return read(found, url)
