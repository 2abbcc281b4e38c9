"""Feed documents as tests write them."""

import json
from typing import Any

from services.ingest.formats.parse import read_feed
from services.ingest.http.exchange import Exchange
from services.ingest.readings import Entry, ParsedFeed

URL = "https://www.pennbote.example/rss/all.xml"
SITE = "https://www.pennbote.example"
JSON_FEED = "https://jsonfeed.org/version/1.1"


def parsed(document: str | bytes, *, url: str = URL, content_type: str = "") -> ParsedFeed:
    body = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    found = read_feed(Exchange(url=url, outcome="ok", content_type=content_type, body=body))
    assert found.listed == len(found.entries) + len(found.left_out) + found.cut
    return found


def entries(document: str | bytes, *, url: str = URL) -> tuple[Entry, ...]:
    found = parsed(document, url=url)
    assert found.refusal is None, found.reason
    return found.entries


def rss(*items: str, channel: str = "<title>Pennbote</title>") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
        " xmlns:media='http://search.yahoo.com/mrss/' xmlns:atom='http://www.w3.org/2005/Atom'"
        f" xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>{channel}{inside}</channel></rss>"
    )


def atom(*items: str, feed: str = "<title>Pennbote</title>", attributes: str = "") -> str:
    inside = "".join(f"<entry>{item}</entry>" for item in items)
    return f"<feed xmlns='http://www.w3.org/2005/Atom' {attributes}>{feed}{inside}</feed>"


def json_feed(*items: Any, **feed: Any) -> str:
    return json.dumps({"version": JSON_FEED, "title": "Pennbote", "items": items, **feed})


def news_sitemap(*urls: str) -> str:
    inside = "".join(f"<url>{url}</url>" for url in urls)
    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
        " xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
        f" xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>{inside}</urlset>"
    )


def news(title: str, date: str = "2026-03-02T05:45:00Z") -> str:
    return (
        "<n:news><n:publication><n:name>Pennbote</n:name><n:language>de</n:language></n:publication>"
        f"<n:publication_date>{date}</n:publication_date><n:title>{title}</n:title></n:news>"
    )
