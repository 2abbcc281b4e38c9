"""Keeps the leases of one feeder's feeds: asks their hubs, renews, and ends those it no longer needs."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime

from services.contracts.feeds import Feed, FeedState, PushLease
from services.ingest.polling import lease
from services.ingest.polling.hubs import Hubs
from services.ingest.readings import LeaseReading

QUESTIONS_AT_ONCE = 4


class Subscriber:
    """Beside one feeder. All of what it does is bounded by its hubs' answers, and holds up nothing."""

    def __init__(self, hubs: Hubs, every_s: float) -> None:
        """`every_s`: how often all leases are looked at."""
        self._hubs = hubs
        self._every_s = every_s
        self._looked = float("-inf")
        self._leases: dict[str, PushLease] = {}
        """Of this feeder's feeds, as far as their hubs were asked."""
        self._questions: dict[str, asyncio.Task[LeaseReading]] = {}

    def look(
        self, feeds: Mapping[str, Feed], states: Mapping[str, FeedState], now: datetime, monotonic: float
    ) -> None:
        """Ask what is to be asked. Cheap until `every_s` have passed."""
        if monotonic - self._looked < self._every_s:
            return
        self._looked = monotonic
        for feed_id in [one for one in self._leases if one not in feeds or feeds[one].paused]:
            if feed_id not in self._questions and self._has_room(self._leases[feed_id]):
                self._begin(feed_id, self._hubs.end(feed_id, self._leases.pop(feed_id)))
        for feed_id, feed in feeds.items():
            state = states.get(feed_id)
            if state and state.push and not feed.paused:
                self._keep(feed_id, state.push, now)

    def readings(self) -> list[LeaseReading]:
        """What came of questions, and what hubs said, since the last time."""
        ended = [feed_id for feed_id, task in self._questions.items() if task.done()]
        answers = [self._questions.pop(feed_id).result() for feed_id in ended]
        return [*answers, *self._hubs.take(self._leases)]

    def pushed(self) -> list[str]:
        """Ids of feeds to poll at once."""
        return self._hubs.pushed(self._leases)

    def begin(self, feed_id: str) -> bool:
        """A feed is polled now; whether its hub asked for it."""
        return self._hubs.begin(feed_id)

    async def close(self) -> None:
        for task in self._questions.values():
            task.cancel()
        await asyncio.gather(*self._questions.values(), return_exceptions=True)
        self._questions.clear()

    def _keep(self, feed_id: str, push: PushLease, now: datetime) -> None:
        if feed_id in self._questions:
            return
        callback = self._hubs.callback(feed_id)
        if lease.wants_asking(push, callback, now):
            if self._has_room(push):
                self._leases[feed_id] = push
                self._begin(feed_id, self._hubs.ask(feed_id, push))
        elif push.callback == callback and self._leases.get(feed_id) != push:
            self._leases[feed_id] = push
            self._hubs.hold(feed_id, push)

    def _has_room(self, push: PushLease) -> bool:
        return len(self._questions) < QUESTIONS_AT_ONCE and self._hubs.admits(push.hub)

    def _begin(self, feed_id: str, question: Coroutine[None, None, LeaseReading]) -> None:
        self._questions[feed_id] = asyncio.create_task(question)
