"""The feeds that a recording is replayed with: their settings lie on the log before the first poll."""

from collections.abc import Sequence
from pathlib import Path

from services.console.feeds.census import Census
from services.console.feeds.subscriptions import OPERATORS, feed_output
from services.contracts import wire
from services.contracts.feeds import Feed
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, Partition, Record


def refuse_idle_list(file: Path, *, recorded: bool) -> None:
    """An archive holds no feed that a list could say anything of. Raises `Stop` (usage)."""
    if not recorded:
        raise Stop(Exit.USAGE, f"--feeds {file}: no recording among the paths; an archive names its sources")


def subscription(feed: Feed) -> Record:
    """A feed as an ingest task reads it, without a log."""
    return Record(Partition("feeds", 0), 0, feed.feed_id.encode(), wire.encode(feed), (), 0)


async def subscribe(bus: Bus, feeds: Sequence[Feed], number: int, *, begun: bool) -> None:
    """Put the feeds where ingest partition `number` reads them, once. Raises `Stop` (usage).

    `begun`: the log holds part of a replay; it goes on with the feeds it began with.
    """
    census = Census()
    await census.refresh(bus)
    followed = census.followed()
    if any(one.number != number or (one.state and not begun) for one in followed):
        raise Stop(Exit.USAGE, "this log follows feeds; replay into another file")
    known = {one.feed.feed_id: one.feed for one in followed}
    wanted = {feed.feed_id: feed for feed in feeds}
    if known == wanted:
        return
    if known or begun:
        raise Stop(
            Exit.USAGE, "this log follows feeds, or holds a replay with other --feeds; name another file"
        )
    writer = await bus.writer(OPERATORS, ["feeds"], 0)
    await writer.publish([feed_output(feed, Partition("feeds", number)) for feed in feeds], consumed={})
    await writer.close()
