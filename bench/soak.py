"""A day of following feeds in minutes: `python -m bench.soak [--feeds N] [--hours N]`.

Time is told by a clock of its own, which moves on when nothing is under way; sockets, parser processes and
threads are real. Of every twenty feeds one is down half of the time, one wants to be left alone, one is gone
for good, one says nonsense, one is sent elsewhere. Told each quarter of the day and at the end: memory, and
whether a task, a file or socket, or a process is left.
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple

from bench.footprint import MIB, resident
from bench.loopback import Connection, answer
from services.contracts import ids, wire
from services.contracts.feeds import Feed
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import Conduct, HttpFeeder
from services.ingest.polling.robots import Robots
from services.ingest.polling.shared_pages import SharedPages
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.ops import logging
from services.stream.bus import Partition, Record
from services.stream.clock import ManualClock

START = datetime(2026, 3, 2, tzinfo=UTC)
LISTED = 12
QUARTERS = 4
EVERY_S = 2_400
"""Seconds from one entry of a feed to the next."""
_TEXT = "Der Rat der Stadt hat am Montag über den Bau einer zweiten Brücke beraten, sagte der Sprecher. " * 4


class Site:
    """All hosts: feeds whose entries come with the time of the clock, and their pages."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.answers = 0

    def __call__(self, path: str, headers: Mapping[str, str]) -> bytes:
        self.answers += 1
        kind, _, name = path.strip("/").partition("/")
        if kind == "page":
            return answer(200, _page(name), Content_Type="text/html")
        return self._feed(int(name), headers) if kind == "feed" else answer(404)

    def _feed(self, number: int, headers: Mapping[str, str]) -> bytes:
        seconds = int((self._clock.now() - START).total_seconds())
        fault = _fault(number, seconds)
        if fault:
            return fault
        last = (seconds + 97 * number) // EVERY_S
        etag = f'"{last}"'
        if headers.get("if-none-match") == etag:
            return answer(304, ETag=etag)
        return answer(200, _document(number, last), ETag=etag, Content_Type="text/xml")


def _fault(number: int, seconds: int) -> bytes:
    """What is the matter with a feed so many seconds into the day; empty for nothing."""
    faults = {
        1: answer(503) if (seconds // 3_600) % 2 else b"",
        2: answer(429, Retry_After="1800") if (seconds // 7_200) % 2 else b"",
        3: answer(410) if seconds > 12 * 3_600 else b"",
        4: answer(200, b"<html>under construction</html>", Content_Type="text/html"),
        5: answer(302, Location=f"/feed/{number + 20_000_001}"),
    }
    return faults.get(number % 20, b"")


def _document(number: int, last: int) -> bytes:
    items = "".join(
        f"<item><title>Meldung {number}-{entry}</title><link>/page/{number}-{entry}</link>"
        f"<description>{_TEXT}</description></item>"
        for entry in range(last, last - LISTED, -1)
    )
    head = "<title>Paper</title><language>de</language>"
    return f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


def _page(name: str) -> bytes:
    words = "".join(f"<p>Meldung {name}, Absatz {n}. {_TEXT}</p>" for n in range(4))
    return f"<html lang='de'><body><article><h1>Meldung {name}</h1>{words}</article></body></html>".encode()


class Sample(NamedTuple):
    """How it stands at some time of the day."""

    hours: float
    polls: int
    articles: int
    remembered: int
    resident: int
    tasks: int
    files: int
    """Open files and sockets of the process."""
    processes: int


async def soak(feeds: int, hours: float) -> list[Sample]:
    """The first sample is from before anything, the last from after everything is closed."""
    clock = ManualClock(START)
    site = Site(clock)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(site), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    samples = [_sample(0.0, IngestTask(0, 1), 0, 0)]
    task = _subscribed(feeds, port)
    polls = articles = 0
    async with Fetcher(allow=[ip_network("127.0.0.0/8")], resolve=_resolve) as fetcher, Pool(1) as pool:
        conduct = Conduct(
            Traffic(Manners()), Robots(fetcher.get, "newsfold", clock), pages=SharedPages(clock)
        )
        feeder = HttpFeeder(task, fetcher, pool, clock=clock, conduct=conduct)
        for quarter in range(1, QUARTERS + 1):
            until = START + timedelta(hours=hours * quarter / QUARTERS)
            while clock.now() < until:
                left_s = (until - clock.now()).total_seconds()
                readings = await feeder.next(max_items=256, timeout_s=min(60.0, left_s))
                if readings:
                    step = await asyncio.to_thread(task.take, readings)
                    articles += step.outcomes.get("article", 0)
                    polls += sum(count for name, count in step.outcomes.items() if name in _POLLS)
            samples.append(_sample(hours * quarter / QUARTERS, task, polls, articles))
        await feeder.close()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.1)  # sockets that were closed are let go of in the next turns
    samples.append(_sample(hours, task, polls, articles))
    return samples


_POLLS = frozenset({"polled", "not-modified", "same-body", "poll-failed"})


def _subscribed(count: int, port: int) -> IngestTask:
    task = IngestTask(0, 1)
    for number in range(count):
        url = f"http://www.paper-{number}.example:{port}/feed/{number}"
        feed = Feed(
            feed_id=ids.feed_id(url), url=url, source=f"paper-{number}.example", full_text=number % 2 == 0
        )
        partition = Partition("feeds", 0)
        task.step([Record(partition, number, feed.feed_id.encode(), wire.encode(feed), (), 0)])
    return task


async def _resolve(_: str) -> Sequence[str]:
    return ["127.0.0.1"]


def _sample(hours: float, task: IngestTask, polls: int, articles: int) -> Sample:
    gc.collect()
    remembered = sum(len(state.seen) for state in task.states.values())
    children = Path("/proc/self/task").glob("*/children")
    return Sample(
        hours=hours,
        polls=polls,
        articles=articles,
        remembered=remembered,
        resident=resident(),
        tasks=len(asyncio.all_tasks()),
        files=sum(1 for _ in Path("/proc/self/fd").iterdir()),
        processes=sum(len(one.read_text(encoding="ascii").split()) for one in children),
    )


def lines(samples: Sequence[Sample]) -> Iterator[str]:
    """Rows of a table."""
    yield "| hour | polls | articles | entries remembered | memory | tasks | open files | processes |"
    yield "|---|---|---|---|---|---|---|---|"
    for number, one in enumerate(samples):
        when = "before" if number == 0 else "after" if number == len(samples) - 1 else f"{one.hours:g}"
        counts = f"{one.polls:,} | {one.articles:,} | {one.remembered:,} | {one.resident / MIB:.0f} MiB"
        yield f"| {when} | {counts} | {one.tasks} | {one.files} | {one.processes} |"


def leaks(samples: Sequence[Sample]) -> list[str]:
    """What is left of the day that was not there before it."""
    before, after = samples[0], samples[-1]
    found = {
        "tasks": after.tasks - before.tasks,
        "open files": after.files - before.files,
        "processes": after.processes - before.processes,
    }
    return [f"{count} {name} left" for name, count in found.items() if count > 0]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--hours", type=float, default=24.0)
    asked = parser.parse_args(arguments)
    with logging.configure(service="newsfold", fmt="json", level="error", stream=sys.stderr):
        samples = asyncio.run(soak(asked.feeds, asked.hours))
    for line in lines(samples):
        print(line)
    for leak in leaks(samples):
        print(leak)
    return 1 if leaks(samples) else 0


if __name__ == "__main__":
    sys.exit(main())
