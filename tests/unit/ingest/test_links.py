"""Link headers, and the hubs that feeds of all formats name."""

import json

import pytest

from services.ingest.formats.parse import read_feed
from services.ingest.http.exchange import answered
from services.ingest.http.links import link_targets

SITE = "https://paper.example/feeds/rss"
HUB = "https://hub.example/"
OWN = "https://paper.example/feeds/own"


@pytest.mark.parametrize(
    ("header", "hub", "own"),
    [
        (f'<{HUB}>; rel="hub", </feeds/own>; rel=self', HUB, OWN),
        (f'<{HUB}>; title="a, b"; rel="self hub"', HUB, HUB),
        ("<javascript:alert(1)>; rel=hub", "", ""),
        ("<https://u:p@hub.example/>; rel=HUB", HUB, ""),
        (f"<https://a.example/>; rel=next, <{HUB}>; rel=hub, <https://c.example/>; rel=hub", HUB, ""),
        ("<" * 9_000, "", ""),
        (f"<{HUB}", "", ""),
    ],
)
def test_a_link_header_tells_where_its_relations_lead(header: str, hub: str, own: str) -> None:
    found = link_targets(header, SITE)
    assert (found.get("hub", ""), found.get("self", "")) == (hub, own)


ATOM = "http://www.w3.org/2005/Atom"
LINKS = f"<{{0}}link rel='hub' href='{HUB}'/><{{0}}link rel='self' href='/feeds/own'/>"
HUBS = [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": HUB}]
VERSION = "https://jsonfeed.org/version/1.1"
DOCUMENTS = {
    "rss": f"<rss xmlns:atom='{ATOM}'><channel><title>P</title>{LINKS.format('atom:')}</channel></rss>",
    "atom": f"<feed xmlns='{ATOM}'><title>P</title>{LINKS.format('')}</feed>",
    "json": json.dumps(
        {"version": VERSION, "title": "P", "feed_url": "/feeds/own", "hubs": HUBS, "items": []}
    ),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_feed_names_its_hub_and_its_own_address(text: str) -> None:
    found = read_feed(answered(SITE, 200, {}, body=text.encode()))
    assert (found.hub_url, found.self_url) == (HUB, OWN)
