"""The list of a running installation: read at the start, and again on SIGHUP."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from services.console.addresses import topic_specs
from services.console.feeds.census import Census
from services.console.feeds.subscriptions import publish_feeds
from services.console.run.feed_file import FeedFile
from services.contracts import ids
from services.contracts.feeds import Feed
from services.ops.exits import Stop
from services.stream.bus import Bus
from services.stream.memory import MemoryBus

ONE, TWO, BY_HAND = (f"https://{name}.example/rss" for name in ("one", "two", "by-hand"))


def write(file: Path, *urls: str) -> None:
    file.write_text("\n".join(f'[[feed]]\nurl = "{url}"' for url in urls), encoding="utf-8")


def break_(file: Path) -> None:
    file.write_text("[[feed]\n", encoding="utf-8")


async def followed(bus: Bus) -> set[str]:
    census = Census()
    await census.refresh(bus)
    return {one.feed.url for one in census.followed()}


@pytest.fixture
async def bus() -> Bus:
    bus = MemoryBus()
    await bus.create(topic_specs(forget=True))
    return bus


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "feeds.toml"
    write(file, ONE, TWO)
    return file


async def test_on_hangup_the_list_is_read_again_and_what_it_names_no_more_is_ended(
    bus: Bus, file: Path
) -> None:
    await publish_feeds(bus, [Feed(feed_id=ids.feed_id(BY_HAND), url=BY_HAND, source="paper")])
    listed = FeedFile(file)
    await listed.publish(bus)
    assert await followed(bus) == {ONE, TWO, BY_HAND}
    async with asyncio.timeout(10), listed.read_on_hangup(bus):
        write(file, TWO)
        os.kill(os.getpid(), signal.SIGHUP)
        while await followed(bus) != {TWO, BY_HAND}:  # noqa: ASYNC110 - the log is asked, it does not tell
            await asyncio.sleep(0.01)
        break_(file)
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)
    assert await followed(bus) == {TWO, BY_HAND}, "a list that cannot be read changes nothing"


async def test_a_typo_keeps_no_service_down_whose_log_knows_its_feeds(bus: Bus, file: Path) -> None:
    await FeedFile(file).publish(bus)
    break_(file)
    assert FeedFile(file).fault()
    await FeedFile(file).publish(bus)
    assert await followed(bus) == {ONE, TWO}


async def test_a_list_that_cannot_be_read_stops_a_service_that_has_nothing_else(bus: Bus, file: Path) -> None:
    break_(file)
    with pytest.raises(Stop, match="not TOML"):
        await FeedFile(file).publish(bus)
