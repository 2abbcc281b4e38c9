"""The list of feeds that a running installation follows: read at the start, and again on SIGHUP."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from services.console.feeds.census import Census
from services.console.feeds.subscriptions import listed_in, publish_feeds
from services.contracts.feeds import Feed
from services.ingest.polling.feedlist import BadFeedList, read_feed_list
from services.ops import logging
from services.ops.events import LogEvent
from services.ops.exits import Stop
from services.stream.bus import Bus


class FeedFile:
    """`--feeds FILE`. What its last reading named and the next does not is ended; nothing else is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._named: frozenset[str] = frozenset()

    def feeds(self) -> Sequence[Feed]:
        """Raises `Stop` (usage) for what is no list."""
        return listed_in(self.path)

    def fault(self) -> str:
        """Why it cannot be read; empty where it can, if only in part."""
        try:
            read_feed_list(self.path)
        except BadFeedList as error:
            return str(error)
        return ""

    async def publish(self, bus: Bus) -> None:
        """Raises `Stop` where the list cannot be read and the log knows no feed to go on with.

        A typo must not keep a service down after a reboot.
        """
        try:
            await self._publish(bus, self.feeds())
        except Stop as stop:
            census = Census()
            await census.refresh(bus)
            if not census.followed():
                raise
            self._warn(stop)

    async def publish_again(self, bus: Bus) -> None:
        """What changed in the list since; where it cannot be read all stays as it is."""
        try:
            await self._publish(bus, self.feeds())
        except Stop as stop:
            self._warn(stop)

    async def _publish(self, bus: Bus, feeds: Sequence[Feed]) -> None:
        made = await publish_feeds(bus, feeds, ends=self._named)
        self._named = frozenset(feed.feed_id for feed in feeds)
        ended = sum(change.after is None for change in made)
        logging.get_logger("newsfold").info(
            LogEvent.FEEDS_IMPORTED, feeds=len(feeds), new=len(made) - ended, ended=ended
        )

    def _warn(self, stop: Stop) -> None:
        logging.get_logger("newsfold").warning(LogEvent.FEEDS_REFUSED, reason=stop.line)

    @asynccontextmanager
    async def read_on_hangup(self, bus: Bus) -> AsyncIterator[None]:
        """While the body runs, SIGHUP has the list read again."""
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, asked.set)

        async def follow() -> None:
            while True:
                await asked.wait()
                asked.clear()
                await self.publish_again(bus)

        following = asyncio.create_task(follow())
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)
            following.cancel()
