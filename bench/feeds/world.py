"""The feeds that are followed, what is known of them at first, and what their server says. Nothing random."""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from html import escape

from services.contracts import ids
from services.contracts.feeds import Feed, FeedState, Rhythm, SeenEntry
from services.ingest.formats.parse import read_feed
from services.ingest.http.exchange import Exchange
from services.ingest.keys import entry_key

FEEDS_A_HOST, HOSTS_A_DOMAIN = 5, 2
LISTED = 12
"""Entries of a document."""
CHANGED = 0.05
"""Share of polls that find a new document."""
_TEXT = (
    "Der Rat der Stadt hat am Montag über den Bau einer zweiten Brücke beraten. Die Verwaltung nennt vierzig "
    "Millionen Kronen, fertig soll sie in drei Jahren sein. Die Opposition will vorher die Bürger fragen."
)


def url_of(number: int, port: int) -> str:
    host, name = number // FEEDS_A_HOST, f"paper-{number // (FEEDS_A_HOST * HOSTS_A_DOMAIN)}"
    return f"http://www{host % HOSTS_A_DOMAIN}.{name}.example:{port}/{number}.xml"


def feeds(count: int, port: int) -> Iterator[Feed]:
    for number in range(count):
        url = url_of(number, port)
        source = f"paper-{number // (FEEDS_A_HOST * HOSTS_A_DOMAIN)}.example"
        yield Feed(feed_id=ids.feed_id(url), url=url, source=source, full_text=True)


def document(path: str, version: int) -> bytes:
    """The feed at `path` after `version` new entries."""
    items = "".join(
        f"<item><link>{_link(path, entry)}</link><title>{escape(_title(entry))}</title>"
        f"<description>{escape(_TEXT)}</description></item>"
        for entry in range(version + LISTED - 1, version - 1, -1)
    )
    head = "<title>Paper</title><language>de</language>"
    return f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


def _link(path: str, entry: int) -> str:
    return f"http://paper.example{path.removesuffix('.xml')}/{entry}"


def _title(entry: int) -> str:
    return f"Meldung {entry}: Rat berät über die Brücke"


def etag(version: int) -> str:
    return f'"v{version}"'


def is_changed(path: str, asked: int) -> bool:
    """Whether the feed at a path has something new when it is asked for the `asked`th time."""
    return zlib.crc32(f"{path} {asked}".encode()) < CHANGED * 2**32


def state_of(feed: Feed, polled_at: datetime, due_at: datetime) -> FeedState:
    """What is known of a feed that was polled before."""
    path = feed.url[feed.url.rindex("/") :]
    seen = tuple(
        SeenEntry(entry_key(_link(path, entry)), said, polled_at, version="0", article="0", fate="article")
        for entry, said in zip(range(LISTED - 1, -1, -1), _digests(), strict=True)
    )
    return FeedState(
        feed_id=feed.feed_id,
        url=feed.url,
        etag=etag(0),
        body_digest="0",
        seen=seen,
        current=len(seen),
        listed=len(seen),
        polled_at=polled_at,
        looked_at=polled_at,
        due_at=due_at,
        rhythm=Rhythm(polled_at - timedelta(days=7), polled_at, tuple([0.5] * 24), 0.1),
    )


@cache
def _digests() -> tuple[str, ...]:
    """What the parser makes of the entries: it is the same for every feed."""
    body = document("/", 0)
    parsed = read_feed(Exchange(url="http://paper.example/", outcome="ok", status=200, body=body))
    return tuple(entry.digest for entry in parsed.entries)
