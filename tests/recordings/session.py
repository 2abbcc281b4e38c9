"""The week as a recorder saw it: which address it asked when, and what came back.

Pure: polls and page visits follow from the sources alone, so every build gives the same exchanges.
"""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec

from tests.recordings.feeds import entry_link, render_feed
from tests.recordings.pages import render_page
from tests.recordings.sources import FeedSource, Newsroom, Outlet, Piece, host

START = datetime(2025, 3, 10, tzinfo=UTC)
DAYS = 7
POLL_HOURS = (6, 10, 14, 19)
FEED_GAP = timedelta(seconds=97)
PAGE_GAP = timedelta(seconds=6)
LISTED_FOR = timedelta(days=4)
TEASERS = 4

_FEED_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "rss-full": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
_ROBOTS = b"User-agent: *\nDisallow: /suche\nDisallow: /search\n"


class Exchange(msgspec.Struct, frozen=True):
    """One request and its answer; `body` as it was on the wire."""

    at: datetime
    url: str
    status: str
    request_headers: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Poll(msgspec.Struct, frozen=True):
    at: datetime
    key: str
    outlet: Outlet
    feed: FeedSource

    @property
    def home(self) -> str:
        return f"https://{host(self.key, self.outlet)}"


def polls(newsroom: Newsroom) -> Iterator[Poll]:
    sources = [(key, outlet, feed) for key, outlet in newsroom.outlets.items() for feed in outlet.feeds]
    for day in range(DAYS):
        for hour in POLL_HOURS:
            for number, (key, outlet, feed) in enumerate(sources):
                yield Poll(START + timedelta(days=day, hours=hour) + number * FEED_GAP, key, outlet, feed)


def exchanges(newsroom: Newsroom) -> Iterator[Exchange]:
    """All exchanges in order of time."""
    for number, (key, outlet) in enumerate(newsroom.outlets.items()):
        at = START + timedelta(hours=5, minutes=50, seconds=number)
        yield _answer(at, f"https://{host(key, outlet)}/robots.txt", "text/plain", _ROBOTS, packed=False)
    etags: dict[str, str] = {}
    seen: dict[tuple[str, str], int] = {}
    for poll in polls(newsroom):
        yield _poll(poll, newsroom, etags)
        if poll.feed.kind != "rss-full":
            yield from _visits(poll, newsroom, seen)


def _listed(poll: Poll, newsroom: Newsroom) -> list[Piece]:
    """What the feed lists, newest first."""
    mine = (
        piece
        for piece in newsroom.pieces
        if piece.source.outlet == poll.key and poll.feed.name in piece.feeds
    )
    fresh = (
        piece for piece in mine if piece.source.listed_at <= poll.at <= piece.at(poll.at).since + LISTED_FOR
    )
    return sorted(fresh, key=lambda piece: (piece.source.listed_at, piece.name), reverse=True)


def _poll(poll: Poll, newsroom: Newsroom, etags: dict[str, str]) -> Exchange:
    url = poll.home + poll.feed.path
    listed = _listed(poll, newsroom)
    body = render_feed(poll.outlet, poll.feed, poll.home, listed, poll.at)
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"' if poll.feed.validators else ""
    known = etags.get(url, "")
    asked = (("If-None-Match", known),) if known else ()
    etags[url] = etag
    if known and known == etag:
        headers = (("Date", format_datetime(poll.at, usegmt=True)), ("ETag", etag))
        return Exchange(poll.at, url, "304 Not Modified", _request_headers(url, asked), headers, b"")
    validators = (("ETag", etag),) if etag else ()
    kind = _FEED_TYPES[poll.feed.kind]
    return _answer(poll.at, url, kind, body, packed=poll.outlet.gzip, asked=asked, more=validators)


def _visits(poll: Poll, newsroom: Newsroom, seen: dict[tuple[str, str], int]) -> Iterator[Exchange]:
    """The pages of entries that are new in this feed, or changed, oldest first."""
    at = poll.at
    for piece in reversed(_listed(poll, newsroom)):
        version = piece.at(poll.at)
        place = (poll.feed.path + poll.key, piece.name)
        if seen.get(place) == version.number:
            continue
        seen[place] = version.number
        at += PAGE_GAP
        yield _visit(piece, entry_link(piece, poll.feed), at, _teasers(piece, newsroom, poll.at))


def _teasers(piece: Piece, newsroom: Newsroom, at: datetime) -> list[Piece]:
    others = [
        other
        for other in newsroom.pieces
        if other.outlet is piece.outlet and other is not piece and other.source.listed_at <= at
    ]
    return others[-TEASERS:]


def _visit(piece: Piece, url: str, at: datetime, teasers: list[Piece]) -> Exchange:
    outlet = piece.outlet
    kind = f"text/html; charset={outlet.charset}"
    if piece.source.page == "gone":
        body = f"<!DOCTYPE html><title>404</title><h1>404</h1><p>{outlet.name}</p>".encode(outlet.charset)
        return _answer(at, url, kind, body, packed=outlet.gzip, status="404 Not Found")
    return _answer(at, url, kind, render_page(piece, at, teasers), packed=outlet.gzip)


def _request_headers(url: str, asked: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    name = url.split("/")[2]
    return (("Host", name), ("User-Agent", "newsfold-demo/1.0"), ("Accept-Encoding", "gzip"), *asked)


def _answer(
    at: datetime,
    url: str,
    kind: str,
    body: bytes,
    *,
    packed: bool,
    status: str = "200 OK",
    asked: tuple[tuple[str, str], ...] = (),
    more: tuple[tuple[str, str], ...] = (),
) -> Exchange:
    coding: tuple[tuple[str, str], ...] = ()
    if packed:
        body = gzip.compress(body, mtime=0)
        coding = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    headers = (
        ("Date", format_datetime(at, usegmt=True)),
        ("Content-Type", kind),
        *more,
        *coding,
        ("Content-Length", str(len(body))),
    )
    return Exchange(at, url, status, _request_headers(url, asked), headers, body)
