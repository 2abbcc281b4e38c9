"""A web server for the feeds of `bench.feeds`, in a process of its own, that writes down who asked when."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import NamedTuple

from bench.feeds.world import document, etag, is_changed
from bench.loopback import Connection, Reply, answer

LATENCY_S = 0.02


class Served(NamedTuple):
    """One request as the server had it; times of its own clock, which is the machine's."""

    host: str
    path: str
    began: float
    ended: float


class Judgement(NamedTuple):
    """What the server's log says of the guest's manners."""

    requests: int
    most_at_once_host: int
    most_at_once_domain: int
    least_gap_s: float
    """From the begin of one request to a host to the next."""
    twice: int
    """Requests for a feed within `near_s` of the one before."""


def judge(log: Iterable[Served], near_s: float) -> Judgement:
    rows = sorted(log, key=lambda row: row.began)
    begun: dict[str, float] = {}
    asked: dict[tuple[str, str], float] = {}
    gap, twice = float("inf"), 0
    for row in rows:
        if row.host in begun:
            gap = min(gap, row.began - begun[row.host])
        last = asked.get((row.host, row.path))
        twice += last is not None and row.began - last < near_s
        begun[row.host] = asked[row.host, row.path] = row.began
    return Judgement(
        requests=len(rows),
        most_at_once_host=_most_at_once((row.host, row) for row in rows),
        most_at_once_domain=_most_at_once((row.host.partition(".")[2], row) for row in rows),
        least_gap_s=gap,
        twice=twice,
    )


def _most_at_once(named: Iterable[tuple[str, Served]]) -> int:
    changes = [change for name, row in named for change in ((row.began, 1, name), (row.ended, -1, name))]
    under_way: Counter[str] = Counter()
    most = 0
    for _, step, name in sorted(changes):  # an end before a begin of the same moment
        under_way[name] += step
        most = max(most, under_way[name])
    return most


class _Feeds(Connection):
    """Writes down what it was asked."""

    def __init__(self, log: list[Served], reply: Reply) -> None:
        super().__init__(reply, LATENCY_S)
        self._log = log
        self._began: deque[float] = deque()

    def asked(self, head: str) -> None:
        self._began.append(time.monotonic())
        super().asked(head)

    def answer(self, head: str) -> None:
        super().answer(head)
        first, *lines = head.split("\r\n")
        host = next(line[6:] for line in lines if line.lower().startswith("host: "))
        row = Served(host.partition(":")[0], first.split(" ")[1], self._began.popleft(), time.monotonic())
        self._log.append(row)


class _Documents:
    """What each feed says: a document that has something new now and then."""

    def __init__(self) -> None:
        self._versions: dict[str, tuple[int, int]] = {}
        self.unchanged = 0

    def __call__(self, path: str, headers: Mapping[str, str]) -> bytes:
        asked, version = self._versions.get(path, (0, 0))
        version += is_changed(path, asked)
        self._versions[path] = asked + 1, version
        if headers.get("if-none-match") == etag(version):
            self.unchanged += 1
            return answer(304, ETag=etag(version))
        return answer(200, document(path, version), ETag=etag(version), Content_Type="text/xml")


async def _serve(parent: Pipe) -> None:
    log: list[Served] = []
    documents = _Documents()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Feeds(log, documents), "127.0.0.1", 0, backlog=1024)
    parent.send(server.sockets[0].getsockname()[1])
    async with server:
        await loop.run_in_executor(None, parent.recv)
    parent.send((log, documents.unchanged))


def _run(parent: Pipe) -> None:
    asyncio.run(_serve(parent))


class FeedServer:
    """The process. `log` ends it."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs,), daemon=True)
        self._process.start()
        self.port: int = self._pipe.recv()

    def log(self) -> tuple[list[Served], int]:
        """All requests, how many of them found nothing new, and the end of the server."""
        self._pipe.send(None)
        rows, unchanged = self._pipe.recv()
        self._process.join()
        return rows, unchanged
