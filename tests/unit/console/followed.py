"""Feeds and states as they lie on a log, made by hand."""

from datetime import UTC, datetime, timedelta

from services.console.feeds.census import Followed
from services.contracts import ids, wire
from services.contracts.feeds import Feed, FeedState, FeedStatus, PendingPage, Poll, SeenEntry, Unused
from services.stream.bus import Bus, Output, Partition

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def seen(number: int, fate: str) -> SeenEntry:
    return SeenEntry(f"k{number}", "" if fate == "known" else "d", NOON, fate=fate)


def state(url: str, *fates: str, status: FeedStatus = "fresh", reason: str = "") -> FeedState:
    """Polled at noon; an entry for each fate."""
    return FeedState(
        feed_id=ids.feed_id(url),
        url=url,
        status=status,
        reason=reason,
        polled_at=NOON,
        due_at=NOON + QUARTER,
        seen=tuple(seen(number, fate) for number, fate in enumerate(fates)),
        listed=len(fates),
    )


def feed(url: str) -> Feed:
    return Feed(feed_id=ids.feed_id(url), url=url, source="klatschmohn.example")


def followed(url: str, *fates: str, status: FeedStatus = "fresh", reason: str = "") -> Followed:
    return Followed(feed(url), state(url, *fates, status=status, reason=reason))


def troubled() -> FeedState:
    """One of everything that can be told of a feed."""
    url = "https://leser:Geheim1@klatschmohn.example/rss"
    page = PendingPage(
        url="https://leser:Geheim1@klatschmohn.example/igel",
        listed_at=NOON,
        due_at=NOON + QUARTER,
        attempts=2,
        reason="http_5xx",
        key="k2",
    )
    return FeedState(
        feed_id=ids.feed_id(url),
        url=url,
        status="losing",
        reason="http_403: HTTP status 403 at https://leser:Geheim1@klatschmohn.example/dachs",
        polled_at=NOON,
        due_at=NOON + QUARTER,
        seen=(seen(1, "article"), seen(2, "waiting"), seen(3, "http_403"), seen(4, "known")),
        past={"article": 3, "http_403": 2},
        listed=9,
        home_url="https://klatschmohn.example/",
        pending=(page,),
        polls=(
            Poll(NOON, "polled", "", 3, {"new": 2, "repeated": 1}),
            Poll(NOON - QUARTER, "not_a_feed", "an HTML page"),
            Poll(NOON - 2 * QUARTER, "not-modified"),
        ),
        unused=(Unused(NOON, "http_403", "Der Dachs\x1b[2J zieht um", "page given up after 5 attempts"),),
    )


async def remember(bus: Bus, *states: FeedState, number: int = 0) -> None:
    """Put states on the log as ingest does."""
    writer = await bus.writer("newsfold-ingest", ["feed-state"], number)
    outputs = [
        Output(
            Partition("feed-state", number),
            one.feed_id.encode(),
            wire.encode(one),
            wire.headers(one, id=one.feed_id, source="ingest", time=NOON),
        )
        for one in states
    ]
    await writer.publish(outputs, consumed={})
    await writer.close()
