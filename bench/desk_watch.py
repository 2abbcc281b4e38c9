"""A Desk in a process of its own on a file: memory with open streams, event to page, first paint.

`python -m bench.desk_watch FILE`. A program, since memory is of a process.
"""

import asyncio
import json
import resource
import shutil
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from bench.desk_press import Press
from services.console.tuning import tuned
from services.desk.desk import Desk
from services.desk.queries.front import latest
from services.desk.store import database, intake
from services.ops.settings import DeskSettings
from services.stream.bus import Partition, Record
from services.stream.clock import SystemClock

STREAMS = 50
EVENTS = 20
PAINTS = 7
GROWN = 600
"""Articles of the largest story that is looked at."""
WAIT_S = 0.25
"""How long the script of a page lets news gather; `desk.js` has the same number."""
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Tail:
    """A log of which only what comes from now on is held: what lay there the file has."""

    def __init__(self, ends: dict[Partition, int]) -> None:
        self._ends = ends
        self._records: defaultdict[Partition, list[Record]] = defaultdict(list)

    def put(self, record: Record) -> None:
        self._records[record.partition].append(record)
        self._ends[record.partition] = record.offset + 1

    async def partitions(self, _: str) -> int:
        return 1

    async def end(self, partition: Partition) -> int:
        return self._ends.get(partition, 0)

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        return [one for one in self._records[partition] if one.offset >= start][:max_records]


def opened(file: Path) -> tuple[Tail, Press]:
    """A log that goes on where the file ends, and what writes on it."""
    db = database.open_for_reading(file)
    ends, last = intake.positions(db), latest(db)
    db.close()
    assert last is not None
    offsets = {partition.topic: end for partition, end in ends.items()}
    press = Press(11, sentences=100, begin=last + timedelta(hours=1), offsets=offsets)
    return Tail(ends), press


@asynccontextmanager
async def serving(file: Path, log: Tail) -> AsyncIterator[str]:
    stop, settings = asyncio.Event(), DeskSettings(listen="127.0.0.1:0")
    async with Desk(log, settings, file, now=SystemClock().now) as desk:
        run = asyncio.create_task(desk.run(stop))
        yield f"http://127.0.0.1:{desk.port}"
        stop.set()
        await run


async def streams(stack: AsyncExitStack, client: httpx.AsyncClient) -> list[AsyncIterator[str]]:
    answers = [await stack.enter_async_context(client.stream("GET", "/live")) for _ in range(STREAMS)]
    return [answer.aiter_lines() for answer in answers]


async def event_to_page(
    client: httpx.AsyncClient, lines: AsyncIterator[str], log: Tail, press: Press
) -> float:
    """Seconds from a record that is on the log to a page that a browser has, with the story on it."""
    await asyncio.sleep(press.chance())
    began = time.monotonic()
    story_id = ""
    for record in press.records(1):
        log.put(record)
        story_id = (record.key or b"").decode()
    async for line in lines:
        if line.startswith("data: ") and story_id in json.loads(line[6:]).get("stories", ()):
            break
    await asyncio.sleep(WAIT_S)
    page = (await client.get("/?sort=new")).text
    assert story_id in page
    return time.monotonic() - began


async def paints(base: str) -> list[float]:
    """Milliseconds to the first paint with content, in contexts that know nothing; none without a browser."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        return []
    from playwright.async_api import async_playwright

    taken = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program)
        for _ in range(PAINTS):
            context = await browser.new_context()
            tab = await context.new_page()
            await tab.goto(base)
            taken.append(
                await tab.evaluate(
                    "() => new Promise((told) => new PerformanceObserver((list) => told(list.getEntries()"
                    ".find((one) => one.name === 'first-contentful-paint')?.startTime))"
                    ".observe({type: 'paint', buffered: true}))"
                )
            )
            await context.close()
        await browser.close()
    return taken


def memory() -> tuple[float, float]:
    """MiB of the process, and how much of it is the file, mapped."""
    rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return tuple(int(rows[name].split()[0]) / 1024 for name in ("VmRSS", "RssFile"))  # type: ignore[return-value]


async def watch(file: Path) -> None:
    log, press = opened(file)
    async with serving(file, log) as base, AsyncExitStack() as stack:
        limits = httpx.Limits(max_connections=None)
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=base, limits=limits, timeout=30))
        lines = await streams(stack, client)
        taken = [await event_to_page(client, lines[0], log, press) for _ in range(EVENTS)]
        print(f"event to page      median {statistics.median(taken):6.2f} s   most {max(taken):6.2f} s")
        for path in ("/?page=2", "/outlets", "/search?q=a", "/feeds", "/accounts"):
            for _ in range(8):
                await client.get(path)
        all_of_it, mapped = memory()
        print(f"memory, {STREAMS} streams {all_of_it:6.0f} MiB, of it {mapped:.0f} MiB files")
        print(f"most of memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MiB")
        tell_paints("first paint", await paints(base))
        story_id = await grown(client, log, press)
        tell_paints(f"… of {GROWN} articles", await paints(f"{base}/story/{story_id}"))


async def grown(client: httpx.AsyncClient, log: Tail, press: Press) -> str:
    """The id of a story that many copied, once the Desk has all of it."""
    records = list(press.spread(GROWN - 1))
    for record in records:
        log.put(record)
    story_id = (records[-1].key or b"").decode()
    while True:
        answer = await client.get(f"/story/{story_id}.json")
        if answer.is_success and answer.json()["view"]["story"]["spread"]["articles"] == GROWN:
            return story_id
        await asyncio.sleep(1)


def tell_paints(what: str, taken: Sequence[float]) -> None:
    if taken:
        print(f"{what:18} median {statistics.median(taken):6.0f} ms  most {max(taken):6.0f} ms")


if __name__ == "__main__":
    tuned()
    asyncio.run(watch(Path(sys.argv[1])))
