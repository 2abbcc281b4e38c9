"""Feeds and their states as they lie on the log."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from services.console.feeds.account import account_of, condensed
from services.console.scan import is_a, scan_partition
from services.contracts import wire
from services.contracts.feeds import Feed, FeedMark, FeedState
from services.ingest.polling.mark import with_mark
from services.ingest.publishers import source_of_page
from services.stream.bus import Bus, Partition, Record

UNPOLLED = "unpolled"


class Followed(NamedTuple):
    feed: Feed
    state: FeedState | None
    """None before the first poll."""
    number: int = 0
    """Of the ingest partition that polls it."""

    @property
    def status(self) -> str:
        if self.feed.paused:
            return "paused"
        return self.state.status if self.state else UNPOLLED

    def state_at(self, now: datetime) -> str:
        """The status, or `overdue` where a fresh feed was not polled for twice its interval."""
        polled, due = (self.state.polled_at, self.state.due_at) if self.state else (None, None)
        late = polled is not None and due is not None and now > polled + 2 * (due - polled)
        return "overdue" if late and self.status == "fresh" else self.status


class Census:
    """Feeds and their states without `seen`, kept up to date by reading on from where it was."""

    def __init__(self) -> None:
        self._feeds: dict[bytes | None, Feed] = {}
        self._states: dict[bytes | None, FeedState] = {}
        self._whole: dict[bytes | None, FeedState] = {}
        """The states as the log has them, without what marks say."""
        self._numbers: dict[bytes | None, int] = {}
        self._reached: dict[Partition, int] = {}

    async def refresh(self, bus: Bus) -> None:
        await self._read(bus, "feeds", self._take_feed)
        await self._read(bus, "feed-state", self._take_state)

    def followed(self) -> list[Followed]:
        """By source, then address."""
        both = [
            Followed(feed, self._states.get(key), self._numbers[key]) for key, feed in self._feeds.items()
        ]
        return sorted(both, key=lambda one: (one.feed.source, one.feed.url))

    def known(self) -> list[Followed]:
        """Those that are followed, and those that only a recording told of."""
        recorded = (
            (key, state) for key, state in self._states.items() if state.url and key not in self._feeds
        )
        told = [
            Followed(_made_up(state.feed_id, state.url), state, self._numbers[key]) for key, state in recorded
        ]
        return sorted([*self.followed(), *told], key=lambda one: (one.feed.source, one.feed.url))

    def by_status(self) -> Mapping[str, int]:
        return Counter(one.status for one in self.followed())

    def by_state(self, numbers: Collection[int], now: datetime) -> Mapping[str, int]:
        """Of the feeds that these ingest partitions poll."""
        return Counter(one.state_at(now) for one in self.followed() if one.number in numbers)

    def by_fate(self, numbers: Collection[int]) -> Mapping[str, int]:
        """Entries that the feeds of these ingest partitions have listed, by what became of them."""
        total: Counter[str] = Counter()
        for one in self.followed():
            if one.state and one.number in numbers:
                total.update(account_of(one.state).fates)
        return total

    async def _read(self, bus: Bus, topic: str, take: Callable[[Record], None]) -> None:
        for number in range(await bus.partitions(topic)):
            partition = Partition(topic, number)
            async for record in scan_partition(bus, partition, self._reached.get(partition, 0)):
                self._reached[partition] = record.offset + 1
                take(record)

    def _take_feed(self, record: Record) -> None:
        if record.value is None:
            self._feeds.pop(record.key, None)
        elif is_a(record, Feed):
            self._numbers[record.key] = record.partition.number
            self._feeds[record.key] = wire.decode(Feed, record.value)

    def _take_state(self, record: Record) -> None:
        if record.value is None:
            self._states.pop(record.key, None)
            self._whole.pop(record.key, None)
        elif is_a(record, FeedState):
            self._numbers[record.key] = record.partition.number
            state = condensed(wire.decode(FeedState, record.value))
            self._whole[record.key] = self._states[record.key] = state
        elif is_a(record, FeedMark):
            mark = wire.decode(FeedMark, record.value)
            key = mark.feed_id.encode()
            if key in self._whole:
                self._states[key] = with_mark(self._whole[key], mark)


def _made_up(feed_id: str, url: str) -> Feed:
    return Feed(feed_id=feed_id, url=url, source=source_of_page(url))
