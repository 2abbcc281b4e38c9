"""What is to be fetched when: the polls of feeds and the pages that their entries announced, by due time.

Kept up to date with what changes, so that asking what is due costs what is due, however much there is.
Pure: time is given.
"""

import heapq
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Self

import msgspec

from services.contracts.feeds import Feed, FeedState, PageCheck, PendingPage
from services.ingest.urls import without_login

_SLACK = 1_024
"""So many void places of the heap are borne with."""


class Appointment(msgspec.Struct, frozen=True, order=True, gc=False):
    feed_id: str
    page: str = ""
    """Address of a page; empty for the poll of the feed."""
    again: bool = False
    """The page is looked at again: its article is out."""


class Agenda:
    """One time an appointment. What was given out as due is off the agenda until it is put there again."""

    def __init__(self) -> None:
        self._times: dict[Appointment, float] = {}
        self._heap: list[tuple[float, Appointment]] = []
        """Also of those that were dropped or have another time by now."""

    @classmethod
    def of(cls, feeds: Mapping[str, Feed], states: Mapping[str, FeedState]) -> Self:
        """All that feeds and their states ask for."""
        agenda = cls()
        for feed in feeds.values():
            agenda.follow(feed, states.get(feed.feed_id))
        return agenda

    def follow(self, feed: Feed, state: FeedState | None) -> None:
        """A subscription came or changed."""
        self.end(feed.feed_id, state)
        if not feed.paused:
            self._put(Appointment(feed.feed_id), poll_time(feed, state))
            for what, page in pages_of(feed.feed_id, state):
                self._put(what, page.due_at.timestamp())

    def end(self, feed_id: str, state: FeedState | None) -> None:
        """A subscription ended, of which that was known."""
        for what in (Appointment(feed_id), *(what for what, _ in pages_of(feed_id, state))):
            self._times.pop(what, None)

    def update(self, feed: Feed, before: FeedState | None, state: FeedState) -> None:
        """What is known of a feed changed."""
        if feed.paused:
            return
        if before is None or (before.polled_at, before.due_at) != (state.polled_at, state.due_at):
            self._put(Appointment(feed.feed_id), poll_time(feed, state))
        if before is None or before.pending is not state.pending or before.checks is not state.checks:
            self._update_pages(feed.feed_id, before, state)

    def _update_pages(self, feed_id: str, before: FeedState | None, state: FeedState) -> None:
        known = dict(pages_of(feed_id, before))
        for what, page in pages_of(feed_id, state):
            if known.pop(what, None) is not page:
                self._put(what, page.due_at.timestamp())
        for what in known:
            self._times.pop(what, None)

    def due(self, now: float) -> list[Appointment]:
        """All whose time has come, the longest waiting first. `now`: seconds since the epoch."""
        found = []
        while self._times and self.next_at() <= now:
            _, what = heapq.heappop(self._heap)
            del self._times[what]
            found.append(what)
        return found

    def next_at(self) -> float:
        """When the next one is due; infinity for never."""
        while self._heap:
            at, what = self._heap[0]
            if self._times.get(what) == at:
                return at
            heapq.heappop(self._heap)
        return math.inf

    def __len__(self) -> int:
        return len(self._times)

    def _put(self, what: Appointment, at: float) -> None:
        if self._times.get(what) == at:
            return
        self._times[what] = at
        heapq.heappush(self._heap, (at, what))
        if len(self._heap) > 2 * len(self._times) + _SLACK:
            self._heap = [(at, what) for what, at in self._times.items()]
            heapq.heapify(self._heap)


def pages_of(feed_id: str, state: FeedState | None) -> Iterator[tuple[Appointment, PendingPage | PageCheck]]:
    """The pages that a feed waits for or wants looked at again."""
    if state:
        yield from ((Appointment(feed_id, page.url), page) for page in state.pending)
        yield from ((Appointment(feed_id, check.url, again=True), check) for check in state.checks)


def poll_time(feed: Feed, state: FeedState | None) -> float:
    """When a feed is to be polled, in seconds since the epoch; 0 where it is new, moved or asked for."""
    if state is None or state.url != without_login(feed.url) or _is_asked_for(feed, state):
        return 0.0
    return _seconds(state.due_at)


def _is_asked_for(feed: Feed, state: FeedState) -> bool:
    """Whether an operator asked for a poll since the last."""
    return feed.asked_at is not None and (state.polled_at is None or state.polled_at < feed.asked_at)


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
