import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest

from services.desk.log import follow
from services.desk.pages.assets import assets
from services.desk.web import live
from services.desk.web.live import Live

RHYTHMS_S = follow.POLL_S + live.GATHER_S


def test_what_is_on_the_log_waits_a_second_at_most_before_a_page_takes_it() -> None:
    """It is to be on the page within two: half of that is for a machine that is busy."""
    script = assets()["desk.js"].body.decode()
    lull = re.search(r"const LULL_MS = (\d+);", script)
    assert lull
    assert script.count("LULL_MS") == 2
    assert RHYTHMS_S + int(lull[1]) / 1000 <= 1


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "GATHER_S", 0.0)
    monkeypatch.setattr(live, "PING_S", 0.02)


async def following(stream: AsyncIterator[bytes]) -> tuple[str, int, dict[str, object]]:
    """Name, position and data of the next event that is no ping."""
    while True:
        lines = dict(
            line.split(": ", 1) for line in (await anext(stream)).decode().splitlines() if ": " in line
        )
        if lines.get("event") != "ping":
            return lines["event"], int(lines["id"]), json.loads(lines["data"])


def stream(of: Live, last: int | None = None) -> AsyncIterator[bytes]:
    return of.stream(last, lambda: "2026-03-12T09:00:00Z")


async def test_ids_of_what_changed_come_and_no_text() -> None:
    site = Live(100)
    events = stream(site)
    assert b"event: ping" in await anext(events)
    site.tell(3, ["s1"])
    site.tell(2, ["s2", "s1"])
    site.tell(5, [])
    assert await following(events) == ("changed", 110, {"stories": ["s1", "s2"], "count": 2})
    site.end()


async def test_a_browser_goes_on_where_it_was() -> None:
    site = Live(100)
    site.tell(10, ["s1"])
    site.tell(10, ["s2"])
    assert await following(stream(site, 110)) == ("changed", 120, {"stories": ["s2"], "count": 1})


@pytest.mark.parametrize("last", [5, 99, 100_000])
async def test_who_is_too_far_behind_is_told_to_reload(last: int) -> None:
    site = Live(100)
    site.tell(1, ["s1"])
    assert await following(stream(site, last)) == ("reload", 101, {})


async def test_streams_end_with_the_desk() -> None:
    site = Live()
    events = stream(site)
    await anext(events)
    assert site.streams == 1

    async def rest() -> None:
        async for _ in events:
            pass

    reading = asyncio.create_task(rest())
    await asyncio.sleep(0)
    site.end()
    await asyncio.wait_for(reading, 1)
    assert site.streams == 0
