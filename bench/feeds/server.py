"""A web server for the feeds of `bench.feeds`, in a process of its own, that writes down who asked when.

Nothing but the standard library's protocol: it must take little of what is measured beside it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from bench.feeds.world import document, etag, is_changed

LATENCY_S = 0.02
_END = b"\r\n\r\n"


class Served(NamedTuple):
    """One request as the server had it; times of its own clock, which is the machine's."""

    host: str
    path: str
    began: float
    ended: float
    status: int


class Judgement(NamedTuple):
    """What the server's log says of the guest's manners."""

    requests: int
    unchanged: int
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
        unchanged=sum(row.status == 304 for row in rows),
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


class _Feeds(asyncio.Protocol):
    """One connection."""

    def __init__(self, log: list[Served], versions: dict[str, tuple[int, int]]) -> None:
        self._log = log
        self._versions = versions
        self._got = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while _END in self._got:
            head, _, self._got = self._got.partition(_END)
            asyncio.get_running_loop().call_later(LATENCY_S, self._answer, head, time.monotonic())

    def _answer(self, head: bytes, began: float) -> None:
        first, *lines = head.decode("latin1").split("\r\n")
        path = first.split(" ")[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        asked, version = self._versions.get(path, (0, 0))
        version += is_changed(path, asked)
        self._versions[path] = asked + 1, version
        status = 304 if headers.get("if-none-match") == etag(version) else 200
        body = b"" if status == 304 else document(path, version)
        self._log.append(Served(headers["host"].partition(":")[0], path, began, time.monotonic(), status))
        length = f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n" if status == 200 else ""
        if self._transport and not self._transport.is_closing():
            reply = f"HTTP/1.1 {status} Told\r\nETag: {etag(version)}\r\n{length}\r\n"
            self._transport.write(reply.encode() + body)


async def _serve(parent: Connection) -> None:
    log: list[Served] = []
    versions: dict[str, tuple[int, int]] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Feeds(log, versions), "127.0.0.1", 0, backlog=1024)
    parent.send(server.sockets[0].getsockname()[1])
    async with server:
        await loop.run_in_executor(None, parent.recv)
    parent.send(log)


def _run(parent: Connection) -> None:
    asyncio.run(_serve(parent))


class FeedServer:
    """The process. `log` ends it."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs,), daemon=True)
        self._process.start()
        self.port: int = self._pipe.recv()

    def log(self) -> list[Served]:
        """All requests, and the end of the server."""
        self._pipe.send(None)
        rows: list[Served] = self._pipe.recv()
        self._process.join()
        return rows
