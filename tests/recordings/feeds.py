"""Feed documents as of a moment: RSS 2.0, RSS with whole articles, Atom, JSON Feed."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from tests.recordings.sources import FeedSource, Outlet, Piece, Version

SUMMARY_CHARACTERS = 160


def entry_link(piece: Piece, feed: FeedSource) -> str:
    if not piece.source.tracking:
        return piece.url
    return f"{piece.url}?utm_source=rss&utm_medium=feed&utm_campaign={feed.name}"


def render_feed(
    outlet: Outlet, feed: FeedSource, home: str, pieces: Sequence[Piece], moment: datetime
) -> bytes:
    """The document with `pieces` in the given order, each as its page stands at `moment`."""
    entries = [(piece, piece.at(moment)) for piece in pieces]
    return _RENDER[feed.kind](outlet, feed, home, entries).encode()


def _summary(version: Version) -> str:
    text = " ".join(" ".join(version.paragraphs).split()).replace("\u00ad", "")
    if len(text) <= SUMMARY_CHARACTERS:
        return text
    return text[:SUMMARY_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _guid(piece: Piece) -> str:
    return f"{piece.source.outlet}-{piece.name}"


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _updated(piece: Piece, version: Version) -> datetime:
    return piece.published_at if version.number == 1 else version.since


Entries = Sequence[tuple[Piece, Version]]


def _rss_item(piece: Piece, version: Version, feed: FeedSource) -> str:
    guid = f'<guid isPermaLink="false">{_guid(piece)}</guid>\n' if piece.source.guid else ""
    content = ""
    if feed.kind == "rss-full":
        html = "".join(f"<p>{escape(text, quote=False)}</p>" for text in version.paragraphs)
        content = f"<content:encoded><![CDATA[{html}]]></content:encoded>\n"
    return (
        f"<item>\n<title>{escape(version.title)}</title>\n"
        f"<link>{escape(entry_link(piece, feed))}</link>\n{guid}"
        f"<pubDate>{format_datetime(_updated(piece, version).astimezone(UTC), usegmt=True)}</pubDate>\n"
        f"<description>{escape(_summary(version))}</description>\n{content}</item>\n"
    )


def _rss(outlet: Outlet, feed: FeedSource, home: str, entries: Entries) -> str:
    items = "".join(_rss_item(piece, version, feed) for piece, version in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
        f"<title>{escape(feed.title)}</title>\n<link>{home}/</link>\n<description>{escape(outlet.name)}</description>\n"
        f"<language>{outlet.language}</language>\n{items}</channel></rss>\n"
    )


def _atom_entry(piece: Piece, version: Version, feed: FeedSource) -> str:
    guid = f"<id>tag:{piece.source.outlet}.example,2025:{piece.name}</id>\n" if piece.source.guid else ""
    return (
        f"<entry>\n<title>{escape(version.title)}</title>\n"
        f'<link rel="alternate" href="{escape(entry_link(piece, feed))}"/>\n'
        f"{guid}<published>{_stamp(piece.published_at)}</published>\n"
        f"<updated>{_stamp(_updated(piece, version))}</updated>\n"
        f"<summary>{escape(_summary(version))}</summary>\n</entry>\n"
    )


def _atom(outlet: Outlet, feed: FeedSource, home: str, entries: Entries) -> str:
    latest = max((_stamp(_updated(*entry)) for entry in entries), default="2025-03-01T00:00:00Z")
    body = "".join(_atom_entry(piece, version, feed) for piece, version in entries)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        f'<title>{escape(feed.title)}</title>\n<id>{home}{feed.path}</id>\n<link href="{home}/"/>\n'
        f"<updated>{latest}</updated>\n<author><name>{escape(outlet.name)}</name></author>\n{body}</feed>\n"
    )


def _json(outlet: Outlet, feed: FeedSource, home: str, entries: Entries) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": f"{home}/",
        "feed_url": f"{home}{feed.path}",
        "language": outlet.language,
        "items": [
            {
                "id": _guid(piece),
                "url": entry_link(piece, feed),
                "title": version.title,
                "summary": _summary(version),
                "date_published": _stamp(piece.published_at),
                "date_modified": _stamp(_updated(piece, version)),
            }
            for piece, version in entries
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


_RENDER: dict[str, Callable[[Outlet, FeedSource, str, Entries], str]] = {
    "rss": _rss,
    "rss-full": _rss,
    "atom": _atom,
    "json": _json,
}
