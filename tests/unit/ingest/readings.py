"""Readings and feeds as the tests of ingest need them, with invented copy."""

from datetime import UTC, datetime, timedelta

from services.contracts import ids
from services.contracts.feeds import Feed, FeedState
from services.ingest.keys import digest, entry_key
from services.ingest.readings import Entry, FeedReading, PageReading, ParsedFeed, ParsedPage

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
BODY = (
    "Der Rat von Neuenhafen hat am Montag den Bau einer zweiten Brücke über die Ilse beschlossen.\n"
    "Die Kosten gibt die Verwaltung mit vierzig Millionen Kronen an, fertig soll sie in drei Jahren sein."
)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def feed(name: str = "stadt", *, full_text: bool = False) -> Feed:
    url = f"https://feeds.hafenblatt.example/{name}.xml"
    return Feed(feed_id=ids.feed_id(url), url=url, source="hafenblatt", full_text=full_text)


def state(of: Feed) -> FeedState:
    return FeedState(feed_id=of.feed_id, url=of.url)


def entry(
    slug: str, *, title: str = "", summary: str = "Kurz gesagt.", content: str = "", query: str = ""
) -> Entry:
    url = f"https://www.hafenblatt.example/{slug}{query}"
    headline = title or f"Meldung {slug}"
    return Entry(
        key=entry_key(url),
        digest=digest(headline, summary, content),
        url=url,
        title=headline,
        summary=summary,
        content=content,
    )


def poll(
    of: Feed, *entries: Entry, minutes: float = 0, digest_of_body: str = "", etag: str = ""
) -> FeedReading:
    body = digest_of_body or digest(*(one.key + one.digest for one in entries))
    parsed = ParsedFeed(language="de", entries=entries)
    return reading(of, minutes=minutes, body_digest=body, parsed=parsed, etag=etag)


def reading(of: Feed, *, minutes: float = 0, outcome: str = "ok", **more: object) -> FeedReading:
    return FeedReading(feed_id=of.feed_id, url=of.url, at=after(minutes), outcome=outcome, **more)  # type: ignore[arg-type]


def page(
    slug: str, text: str = BODY, *, minutes: float = 0, query: str = "", canonical: str = ""
) -> PageReading:
    parsed = ParsedPage(title=f"Meldung {slug}", text=text, language="de", canonical_url=canonical)
    return PageReading(
        url=f"https://www.hafenblatt.example/{slug}{query}", at=after(minutes), outcome="ok", parsed=parsed
    )


def failed_page(slug: str, outcome: str, *, minutes: float = 0) -> PageReading:
    url = f"https://www.hafenblatt.example/{slug}"
    return PageReading(url=url, at=after(minutes), outcome=outcome)  # type: ignore[arg-type]


def page_without_article(slug: str, *, minutes: float = 0) -> PageReading:
    url = f"https://www.hafenblatt.example/{slug}"
    refused = ParsedPage(refusal="no_article", reason="no text that could be an article")
    return PageReading(url=url, at=after(minutes), outcome="ok", parsed=refused)
